"""The activation that floats are trained with."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: the extra `train` brings it")

from sparrow_ecg.model.training.floats import Floor  # noqa: E402


def test_floor_and_its_gradient() -> None:
    x = torch.tensor([-1.5, -0.1, 0.0, 0.9, 3.2, 7.0, 7.9, 8.0], requires_grad=True)
    y = Floor.apply(x, 7)
    y.sum().backward()
    assert y.tolist() == [0, 0, 0, 0, 3, 7, 7, 7]
    assert x.grad.tolist() == [0, 0, 1, 1, 1, 1, 1, 0]
