"""A layer's numbers."""

from __future__ import annotations

import pytest

from sparrow_ecg.model.network import signed_bits


@pytest.mark.parametrize(
    ("low", "high", "bits"),
    [(0, 0, 1), (-1, 0, 1), (0, 1, 2), (-1, 1, 2), (-2, 1, 2), (-2, 2, 3), (-128, 127, 8), (-129, 0, 9), (0, 128, 9)],
)
def test_signed_bits(low: int, high: int, bits: int) -> None:
    assert signed_bits(low, high) == bits
