"""Muon: its steps are turned, weights keep their size, and it finds what there is to find."""

from __future__ import annotations

import pytest
import torch

from sparrow_ecg.model.methods.muon import Muon, turned


@pytest.mark.parametrize("shape", [(8, 3, 3, 3), (16, 2, 1, 1), (12, 12)])
def test_a_turned_gradient_has_singular_values_near_one(shape: tuple[int, ...]) -> None:
    """Those that were far apart; and the sides that belonged together still do."""
    torch.manual_seed(0)
    u, _, v = torch.linalg.svd(torch.randn(shape).flatten(1), full_matrices=False)
    sizes = torch.logspace(0, -1, len(v))
    found = turned((u * sizes @ v).reshape(shape))
    assert found.shape == shape
    along = (u.T @ found.flatten(1) @ v.T).diagonal()
    assert along.min() > 0.4
    assert along.max() < 1.4


def test_weights_learn_and_keep_their_size() -> None:
    """The way to a wanted direction, where only the direction counts."""
    torch.manual_seed(0)
    weight = torch.randn(6, 4, requires_grad=True)
    wanted = torch.nn.functional.normalize(torch.randn(6, 4), dim=0)
    muon = Muon([weight], lr=0.1)
    for _ in range(60):
        loss = -(torch.nn.functional.normalize(weight, dim=0) * wanted).sum()
        muon.zero_grad()
        loss.backward()
        muon.step()
    assert loss < -3.6  # of -4; it began at random, near 0
    assert float(weight.detach().norm()) == pytest.approx(6**0.5, rel=0.1)
