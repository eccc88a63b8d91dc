"""Small numbers are zero while something trains, and there again behind it, whatever happened."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="no PyTorch: pip install -e .[train]")

import torch

from sparrow_ecg.model.training.denormals import flushed


def test_only_inside():
    tiny = torch.tensor(1e-39)

    @flushed()
    def inside() -> float:
        return float(tiny * 0.5)

    assert inside() == 0
    assert float(tiny * 0.5) > 0
    with pytest.raises(ValueError, match="lost"), flushed():
        raise ValueError("lost")
    assert float(tiny * 0.5) > 0
