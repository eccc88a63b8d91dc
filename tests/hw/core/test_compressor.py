"""Weighted sums against integers: every count, at small widths."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.core.compressor import WeightedSum, signed_digits
from sparrow_ecg.model.network import signed_bits
from tests.support.simulate import simulate


@given(st.integers(-(1 << 20), 1 << 20))
def test_signed_digits(number: int) -> None:
    digits = list(signed_digits(number))
    powers = [power for power, _ in digits]
    assert sum(digit << power for power, digit in digits) == number
    assert all(digit in (-1, 1) for _, digit in digits)
    assert all(after - before >= 2 for before, after in pairwise(powers))


def check(weights: tuple[int, ...], bias: int, count_bits: int) -> None:
    most = (1 << count_bits) - 1
    low = bias + sum(min(weight, 0) * most for weight in weights)
    high = bias + sum(max(weight, 0) * most for weight in weights)
    width = signed_bits(low, high)
    unit = WeightedSum(weights, bias, count_bits, width)

    async def bench(context) -> None:
        for counts in product(range(most + 1), repeat=len(weights)):
            for j, (count, weight) in enumerate(zip(counts, weights, strict=True)):
                if weight:
                    context.set(getattr(unit, f"count_{j}"), count)
            expected = bias + sum(w * n for w, n in zip(weights, counts, strict=True))
            assert context.get(unit.total.as_signed()) == expected, (weights, bias, counts)

    simulate(unit, bench, clocked=False)


@pytest.mark.parametrize("bias", [-9, -1, 0, 6])
@pytest.mark.parametrize("count_bits", [1, 2])
@pytest.mark.parametrize("weights", [(0,), (1,), (-1,), (-8, 7), (3, -3), (5, 0, -6)], ids=str)
def test_every_count(weights: tuple[int, ...], bias: int, count_bits: int) -> None:
    check(weights, bias, count_bits)


@pytest.mark.parametrize("seed", range(8))
def test_random_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = tuple(rng.integers(-128, 128, rng.integers(1, 9)).tolist())
    check(weights, int(rng.integers(-500, 500)), 1)


def test_only_the_width_asked_for() -> None:
    """Modulo ``2**width``, for whoever knows that the sum fits."""
    unit = WeightedSum((-5, 3), 100, 3, 4)

    async def bench(context) -> None:
        for first, second in product(range(8), repeat=2):
            context.set(unit.count_0, first)
            context.set(unit.count_1, second)
            assert context.get(unit.total) == (100 - 5 * first + 3 * second) % 16

    simulate(unit, bench, clocked=False)
