"""Ratios without a division: differences of logarithms, as a priority encoder and a shifter give them."""

from __future__ import annotations

import numpy as np

FRACTION = 3  # bits after the point: eighths of an octave
LARGEST = 1 << 52  # numbers up to here: float64, which finds the highest bit, holds them exactly


def log2(value: np.ndarray) -> np.ndarray:
    """``floor(2**FRACTION * l)`` for integers 1 <= value < `LARGEST`, int64 of the same shape.

    l is the place of the highest bit, and between two powers of two the line from one to the next: at most 0.0861 below
    the logarithm to base 2 (Mitchell, "Computer Multiplication and Division Using Binary Logarithms", 1962).
    """
    highest = np.frexp(value)[1].astype(np.int64) - 1
    below = np.where(
        highest >= FRACTION, value >> np.maximum(highest - FRACTION, 0), value << np.maximum(FRACTION - highest, 0)
    )
    return (highest << FRACTION) + below - (1 << FRACTION)


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """The logarithm of a ratio of integers >= 0, in eighths of an octave; 1 is added to either, so that 0 has one."""
    return log2(numerator + 1) - log2(denominator + 1)
