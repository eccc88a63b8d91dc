"""The encoder relative to the patient: its parameters, and how the counts of beats are made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES, OF_RHYTHM, Beat
from sparrow_ecg.model.signals.ecg.relative.usual import BEFORE, BLOCK, BLOCKS, follow, levelled, shapes

if TYPE_CHECKING:
    from sparrow_ecg.model.signals.ecg.beats import Beats

INTERVALS = {name for name in FEATURES if name.startswith(("previous", "following", "rate"))} | {*OF_RHYTHM}
FULL_BITS = 6  # of a feature; fewer input bits leave the lowest out


class PatientEncoding(ABC):
    """Counts of a beat that hang on those of its patient before it: they are made of all beats in their order."""

    block = BLOCK
    before = BEFORE
    after = BLOCK * BLOCKS - BEFORE
    needs_next_peak = True

    @property
    @abstractmethod
    def inputs(self) -> int:
        """Counts of a beat."""

    @abstractmethod
    def counts(self, seen: Beat) -> np.ndarray:
        """int64[beats, inputs], of a patient's beats from the first on."""

    def encode(self, beats: Beats) -> np.ndarray:
        """Counts of each beat: int64[beats, inputs]. What is known of its patient is of every beat of its record up to
        it, whichever of them are in ``beats``.
        """
        counts = np.empty((len(beats), self.inputs), np.int64)
        names = np.unique(beats.record).tolist()
        for name, seen in zip(names, _observe(beats, names), strict=True):
            mine = beats.record == name
            at = np.searchsorted(beats.codes[name].peaks, beats.peak[mine])
            counts[mine] = self.counts(seen)[at]
        return counts

    def hear(self, sums: np.ndarray, rhythm: np.ndarray, session: np.ndarray) -> np.ndarray:
        """Counts of the beats that a front end has heard, in their order: int64[beats, inputs].

        sums: of each window's blocks, int64[beats, BLOCKS]. rhythm: intervals before and after, in samples, and what is
        not looked at, int64[beats, 3]. session: int64[beats], rises where the lead was off since the beat before.
        """
        at = np.flatnonzero(np.diff(session)) + 1
        parts = [np.split(each, at) for each in (levelled(sums), rhythm[:, 0], rhythm[:, 1])]
        if not len(sums):
            return np.zeros((0, self.inputs), np.int64)
        shape, previous, following = parts
        previous = [np.append(after[:1], before[1:]) for before, after in zip(previous, following, strict=True)]
        return np.concatenate([self.counts(seen) for seen in _seen(shape, previous, following)])


@dataclass(frozen=True)
class RelativeEncoding(PatientEncoding):
    """How the counts of a beat are made, each relative to what is usual for the patient.

    relative:   names in `FEATURES`, each gives one count.
    input_bits: every count is in 0..2**input_bits - 1.

    An answer waits for the next peak. A record's first beat takes the interval after it for the one before it, and its
    last beat the one before for the one after; the only beat of a record has a second on either side. What a front end
    hears is in sessions, each from its first beat on as a record is: where a lead was off, all is learned anew.
    """

    relative: tuple[str, ...]
    input_bits: int = FULL_BITS

    def __post_init__(self) -> None:
        if not self.relative:
            raise InputError("field encoding.relative: there is at least 1 feature")
        if len(set(self.relative)) < len(self.relative):
            raise InputError("field encoding.relative: two features of one name")
        for name in self.relative:
            if name not in FEATURES:
                raise InputError(f"field encoding.relative: no feature {name!r:.40}: choose from {', '.join(FEATURES)}")
        if not 1 <= self.input_bits <= FULL_BITS:
            raise InputError(f"field encoding.input_bits: not in 1..{FULL_BITS}")

    @property
    def inputs(self) -> int:
        return len(self.relative)

    @property
    def intervals(self) -> np.ndarray:
        """Which inputs tell of intervals alone: bool[inputs]."""
        return np.array([name in INTERVALS for name in self.relative])

    def counts(self, seen: Beat) -> np.ndarray:
        told = [FEATURES[name].value(seen) + FEATURES[name].offset for name in self.relative]
        full = np.clip(np.stack(told, axis=1), 0, (1 << FULL_BITS) - 1)
        return full >> (FULL_BITS - self.input_bits)


def _observe(beats: Beats, names: list[str]) -> list[Beat]:
    """Every beat of each record, whichever of them are in ``beats``."""
    shape, previous, following = [], [], []
    for name in names:
        record = beats.codes[name]
        at = record.peaks[:, None] + np.arange(-BEFORE, BLOCK * BLOCKS - BEFORE)
        shape.append(shapes(record.codes[np.clip(at, 0, len(record.codes) - 1)]))
        intervals = np.diff(record.peaks)
        ends = (intervals[0], intervals[-1]) if len(intervals) else (SAMPLING_RATE, SAMPLING_RATE)
        previous.append(np.append(ends[0], intervals))
        following.append(np.append(intervals, ends[1]))
    return _seen(shape, previous, following)


def _seen(shape: list[np.ndarray], previous: list[np.ndarray], following: list[np.ndarray]) -> list[Beat]:
    """All beats of each patient, of lists as `follow` takes them."""
    usually = follow(shape, previous, following)
    return [
        Beat(own, np.concatenate([own[:1], own[:-1]]), before, after, usual)
        for own, before, after, usual in zip(shape, previous, following, usually, strict=True)
    ]
