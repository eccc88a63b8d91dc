"""Graphs: what is folded computes the same; values are let go of, and not before."""

from __future__ import annotations

import pytest
import torch

from sparrow_ecg.model.methods.activations import clamp, rectify, staircase
from sparrow_ecg.model.methods.graph import folded
from tests.support.pictures import briefly, small, stripes


def test_folded_computes_the_same() -> None:
    torch.manual_seed(0)
    graph, pictures = small(), stripes(32)
    whole = briefly(graph, pictures)
    shown = torch.tensor(pictures.pixels / 255, dtype=torch.float32)
    with torch.no_grad():
        for fire in (rectify, clamp(1)):
            assert torch.allclose(graph.eval()(shown, fire), whole(shown, fire), atol=1e-4)
    assert not any("BatchNorm" in type(node.layer).__name__ for node in whole.nodes)
    assert folded(whole).sites == graph.sites


@pytest.mark.parametrize("past", [False, True])
def test_stairs_and_their_slope(past: bool) -> None:
    x = torch.tensor([-0.5, 0.0, 0.24, 0.26, 0.74, 0.8, 1.5], requires_grad=True)
    fired = staircase(4, 0.75, past)("", x)
    assert fired.tolist() == [0, 0, 0, 0.25, 0.5, 0.75, 0.75]
    fired.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0, 1, 1, 1, 1, past, 0]
