"""Samples of any rate to ticks of the networks' rate: the latest sample, as often as ticks fall before the next one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.form import FINEST, RATES
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE


@dataclass(frozen=True)
class Ticks:
    """A phase that counts: no memory, no multiplication. At the native rate each sample is a tick.

    rate: samples a second, in `RATES`.
    """

    rate: float = SAMPLING_RATE

    def __post_init__(self) -> None:
        if not RATES[0] <= self.rate <= RATES[1]:
            raise InputError(f"rate {self.rate:g}: give {RATES[0]} to {RATES[1]} samples a second")

    @property
    def step(self) -> Fraction:
        """Samples from one tick to the next."""
        return Fraction(self.rate).limit_denominator(FINEST) / SAMPLING_RATE

    @property
    def most(self) -> int:
        """Ticks of a sample, at most."""
        return -(-self.step.denominator // self.step.numerator)

    def advance(self, phase: int) -> tuple[int, int]:
        """Ticks of the next sample, and the phase after it; it is 0 after reset, and below ``step.numerator``."""
        return divmod(phase + self.step.denominator, self.step.numerator)

    def spread(self, codes: np.ndarray) -> np.ndarray:
        """The code at each tick of a record: int64[ticks], of int64[samples]."""
        total = np.arange(len(codes) + 1) * self.step.denominator // self.step.numerator
        return np.repeat(codes, np.diff(total))

    def sample_of(self, ticks: np.ndarray) -> np.ndarray:
        """The sample at which each tick fell: int64[n]."""
        return -(-(ticks + 1) * self.step.numerator // self.step.denominator) - 1
