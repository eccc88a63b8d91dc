"""From ADC codes to input counts, in integers that a small streaming front end can compute.

The counts of a beat are, in this order:

1. its shape: the codes of the window are summed in ``blocks`` blocks of ``block`` samples each, and every sum is
   scaled to ``input_bits`` bits by the range of the sums. Hardware needs one accumulator, a memory of ``blocks``
   words, the lowest and highest sum, and a restoring division: a shift, a compare and a subtraction for each bit.
2. its `FEATURES`, those that ``features`` names: a subtraction, a shift and a saturation each.

The window ends ``blocks * block - before`` samples after the peak, and nothing later in the signal is looked at.
Only ``following`` needs more: it waits for the next peak, so that an answer comes one beat late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION

if TYPE_CHECKING:
    from sparrow_ecg.model.signals.ecg.beats import Beats

FEATURES = {
    "previous": "interval since the beat before",
    "following": "interval until the beat after",
    "mean": "running mean of the intervals since the beats before, this beat's too",
    "range": "highest less lowest block sum of the shape",
}
INTERVAL_OFFSET = 96  # samples: intervals up to this (0.27 s) count 0,
INTERVAL_LOG2 = 8  # and those 256 samples longer or more (0.98 s) saturate
LONGEST = 4096  # samples of a window: eleven seconds, more than any beat takes
RANGE_LOG2 = RESOLUTION - 2  # a range of a quarter of the converter's saturates
MEAN_LOG2 = 5  # the running mean moves by 1/32 of its distance to the new interval


@dataclass(frozen=True)
class Encoding:
    """How the counts of a beat are made.

    before:     samples of the window before the peak.
    block:      samples in a block, a power of two.
    blocks:     blocks in the window, each gives one count; the window has up to `LONGEST` samples.
    input_bits: every count is in 0..2**input_bits - 1.
    features:   names in `FEATURES`, each gives one count.
    """

    before: int
    block: int
    blocks: int
    input_bits: int
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.block < 1 or self.block & (self.block - 1):
            raise InputError("field encoding.block: not a power of two")
        if self.blocks < 2:
            raise InputError("field encoding.blocks: a shape has at least 2")
        if self.block * self.blocks > LONGEST:
            raise InputError(f"field encoding.blocks: with blocks of that size, the window is over {LONGEST} samples")
        if not 0 <= self.before <= self.block * self.blocks:
            raise InputError("field encoding.before: the peak is outside the window")
        if not 1 <= self.input_bits <= INTERVAL_LOG2:
            raise InputError(f"field encoding.input_bits: not in 1..{INTERVAL_LOG2}")
        for name in self.features:
            if name not in FEATURES:
                raise InputError(f"field encoding.features: no feature {name!r:.40}: choose from {', '.join(FEATURES)}")

    @property
    def inputs(self) -> int:
        return self.blocks + len(self.features)

    @property
    def after(self) -> int:
        """Samples of the window from the peak on."""
        return self.block * self.blocks - self.before

    @property
    def needs_next_peak(self) -> bool:
        """Whether the answer waits for the next beat."""
        return "following" in self.features

    @property
    def intervals(self) -> np.ndarray:
        """Which inputs tell of intervals: bool[inputs]."""
        return np.array([False] * self.blocks + [name != "range" for name in self.features])

    def encode(self, beats: Beats) -> np.ndarray:
        """Counts of each beat: int64[beats, inputs]."""
        sums = beats.windows(self.before, self.after).reshape(len(beats), self.blocks, self.block).sum(axis=2)
        shape, span = self.scale(sums)
        values = {"previous": beats.previous, "following": beats.following, "range": span}
        if "mean" in self.features:
            values["mean"] = mean_interval(beats)
        return np.concatenate([shape, *(self.feature(name, values[name])[:, None] for name in self.features)], axis=1)

    def hear(self, sums: np.ndarray, rhythm: np.ndarray, session: np.ndarray) -> np.ndarray:
        """Counts of the beats that a front end has heard: int64[beats, inputs].

        sums: of parts of the window, as many in each block: int64[beats, parts]. rhythm: intervals before and after and
        their running mean, in samples: int64[beats, 3]. session: not looked at.
        """
        shape, span = self.scale(sums.reshape(len(sums), self.blocks, sums.shape[1] // self.blocks).sum(axis=2))
        values = {**dict(zip(("previous", "following", "mean"), rhythm.T, strict=True)), "range": span}
        told = [self.feature(name, values[name])[:, None] for name in self.features]
        return np.concatenate([shape, *told], axis=1)

    def scale(self, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Counts of the shape, int64[beats, blocks], and its range, int64[beats], of sums int64[beats, blocks]."""
        low = sums.min(axis=1, keepdims=True)
        span = sums.max(axis=1, keepdims=True) - low
        return divide(sums - low, span + 1, self.input_bits), span[:, 0]

    def feature(self, name: str, value: np.ndarray) -> np.ndarray:
        """The count of a feature, int64[beats]. value: an interval in samples, or the range of the sums."""
        offset, shift = self.scaling(name)
        return np.clip((value - offset) >> shift, 0, (1 << self.input_bits) - 1)

    def scaling(self, name: str) -> tuple[int, int]:
        """What is subtracted from the value of a feature, and by how many bits the rest is shifted right."""
        offset, full_log2 = INTERVAL_OFFSET, INTERVAL_LOG2
        if name == "range":
            offset, full_log2 = 0, RANGE_LOG2 + self.block.bit_length() - 1
        return offset, full_log2 - self.input_bits


def divide(numerator: np.ndarray, denominator: np.ndarray, bits: int) -> np.ndarray:
    """``numerator * 2**bits // denominator`` for 0 <= numerator < denominator, as hardware divides."""
    quotient, rest = np.zeros_like(numerator), numerator
    for _ in range(bits):
        rest = rest << 1
        fits = rest >= denominator
        rest = np.where(fits, rest - denominator, rest)
        quotient = (quotient << 1) | fits
    return quotient


def mean_interval(beats: Beats) -> np.ndarray:
    """The running mean of the intervals up to each beat, in samples: int64[beats]; 0 at a record's first beat.

    It runs over every annotated beat of the record, whichever of them are in ``beats``.
    """
    mean = np.zeros(len(beats), np.int64)
    for name in np.unique(beats.record):
        peaks, mine = beats.codes[str(name)].peaks, beats.record == name
        mean[mine] = _running_mean(np.diff(peaks))[np.searchsorted(peaks, beats.peak[mine])]
    return mean


def _running_mean(intervals: np.ndarray) -> np.ndarray:
    """Before any interval, and after each: int64[intervals + 1]. The state keeps `MEAN_LOG2` fraction bits."""
    state, means = 0, [0]
    for interval in intervals.tolist():
        state = state + interval - (state >> MEAN_LOG2) if state else interval << MEAN_LOG2
        means.append(state >> MEAN_LOG2)
    return np.array(means, np.int64)
