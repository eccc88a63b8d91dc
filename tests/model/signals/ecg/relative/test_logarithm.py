"""Ratios as differences of logarithms: exact against the definition, and close to the real logarithm."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.signals.ecg.relative.logarithm import FRACTION, LARGEST, log2, ratio
from tests.support.examples import examples


def by_definition(value: int) -> int:
    """The highest bit, and the bits below it cut or filled to FRACTION of them."""
    bits = bin(value)[3:]
    return (len(bits) << FRACTION) + int((bits + "0" * FRACTION)[:FRACTION], 2)


def test_every_number_of_16_bits() -> None:
    numbers = np.arange(1, 1 << 16)
    logs = log2(numbers)
    assert logs.tolist() == [by_definition(value) for value in numbers.tolist()]
    assert (np.diff(logs) >= 0).all()
    short = np.log2(numbers) - logs / (1 << FRACTION)
    assert short.min() >= 0
    assert short.max() < 0.0861 + 1 / (1 << FRACTION)


@examples(200)
@given(st.integers(1, LARGEST - 1))
def test_numbers_up_to_the_largest(value: int) -> None:
    assert log2(np.array([value])).tolist() == [by_definition(value)]


def test_a_ratio_takes_zeros_and_turns_its_sign() -> None:
    a, b = np.meshgrid(np.arange(70), np.arange(70))
    assert (ratio(a, b) == -ratio(b, a)).all()
    assert not ratio(a, a).any()
    assert ratio(np.array([15]), np.array([0])).tolist() == [4 << FRACTION]
