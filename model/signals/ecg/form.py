"""How an ECG is digitised, and how codes of another form are brought to the one that the networks were made for.

In integers, by what a small front end can do while codes come in:

* Sampling rate. A sample of the new rate lies at one of a few phases between two samples of the old one, and is a sum
  of those about it, weighed by integers: Keys' cubic kernel (IEEE Trans. ASSP 29(6), 1981, a = -1/2), stretched to the
  slower of the two rates. Upwards it goes through the old samples; downwards it is the low-pass filter, too. It looks
  ahead by two samples of the slower rate: 16 ms at 125 Hz, 5.6 ms from 360 Hz on.
* Gain. The sum is multiplied by an integer of 12 bits and shifted right, to the nearest. A negative gain turns over.
* Resolution. What 11 bits cannot hold stays at their lowest or highest code.

At the native rate and gain, and with 0 mV at the same code, nothing changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sparrow_ecg.model.signals.ecg.mitdb import GAIN, RESOLUTION, SAMPLING_RATE, ZERO

RATES = (125, 1000)  # Hz, the lowest and the highest that are converted
GAINS = (1, 1_000_000)  # codes per mV, likewise, without their sign
FINEST = 10  # a rate is taken as a fraction with a denominator up to this: at most 0.05 Hz off
COEFFICIENT_LOG2 = 14  # the coefficients of a phase sum up to 2**COEFFICIENT_LOG2
FACTOR_LOG2 = 12  # bits of the factor


@dataclass(frozen=True)
class Form:
    """How a lead is digitised.

    rate: samples per second, in `RATES` to be converted.
    gain: codes per mV, its size in `GAINS` to be converted; negative where the lead is upside down.
    bits: of a code.
    zero: the code of 0 mV.
    """

    rate: float
    gain: float
    bits: int
    zero: int

    @property
    def step(self) -> Fraction:
        """Samples of this rate from one sample of the native rate to the next."""
        return Fraction(self.rate).limit_denominator(FINEST) / SAMPLING_RATE

    @property
    def native(self) -> bool:
        """Whether codes and sample numbers are the networks' already, but for where 0 mV is."""
        return (self.rate, self.gain, self.bits) == (NATIVE.rate, NATIVE.gain, NATIVE.bits)

    def convert(self, codes: np.ndarray) -> np.ndarray:
        """Codes of this form, int64[samples], none wider than 32 bits, in the native one: int64[`length`]."""
        at, phase = np.divmod(np.arange(self.length(len(codes))) * self.step.numerator, self.step.denominator)
        first, coefficients = self._kernel()
        sums = np.zeros(len(at), np.int64)
        for tap, column in enumerate(coefficients.T, first):  # beyond an end, the outermost sample repeats
            sums += column[phase] * (codes[np.clip(at + tap, 0, len(codes) - 1)] - self.zero)
        factor, shift = self._scale()
        shift += COEFFICIENT_LOG2
        scaled = ((sums * factor + (1 << (shift - 1))) >> shift) + ZERO
        return np.clip(scaled, 0, (1 << RESOLUTION) - 1)

    def length(self, samples: int) -> int:
        """How many samples of the native rate fall between the first and the last of as many of this one."""
        return (samples - 1) * self.step.denominator // self.step.numerator + 1

    def convert_positions(self, positions: np.ndarray) -> np.ndarray:
        """Sample numbers, int64[n], at the native rate: the nearest."""
        return (2 * positions * self.step.denominator + self.step.numerator) // (2 * self.step.numerator)

    def original_positions(self, positions: np.ndarray) -> np.ndarray:
        """Sample numbers at the native rate, int64[n], in those of this form: the nearest."""
        return (2 * positions * self.step.numerator + self.step.denominator) // (2 * self.step.denominator)

    def _kernel(self) -> tuple[int, np.ndarray]:
        """Where the first tap lies, in samples from the one before, and the coefficients: int64[phases, taps]."""
        ahead, phases = self.step.numerator, self.step.denominator
        unit = max(ahead, phases)  # the kernel's 1, in parts of an old sample
        reach = -(-2 * unit // phases)
        taps = np.arange(1 - reach, reach + 1)
        away = abs(taps * phases - np.arange(phases)[:, None])
        inner = (3 * away - 5 * unit) * away**2 + 2 * unit**3
        outer = ((5 * unit - away) * away - 8 * unit**2) * away + 4 * unit**3
        weights = np.where(away < unit, inner, np.where(away < 2 * unit, outer, 0))
        total = weights.sum(axis=1, keepdims=True)
        coefficients = (2 * (weights << COEFFICIENT_LOG2) + total) // (2 * total)
        rest = (1 << COEFFICIENT_LOG2) - coefficients.sum(axis=1)  # of rounding: a level stays as it is
        coefficients[np.arange(phases), coefficients.argmax(axis=1)] += rest
        return 1 - reach, coefficients

    def _scale(self) -> tuple[int, int]:
        """Factor and shift to the right, which make ``GAIN / gain`` to 12 bits."""
        mantissa, exponent = math.frexp(GAIN / self.gain)
        return round(mantissa * (1 << FACTOR_LOG2)), FACTOR_LOG2 - exponent


NATIVE = Form(SAMPLING_RATE, GAIN, RESOLUTION, ZERO)  # MIT-BIH's, for which the networks are made
