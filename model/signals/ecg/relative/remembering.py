"""Counts of a beat, and beside them what was told of the beats before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.relative.encoding import PatientEncoding, RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import Beat

LONGEST = 7  # beats that may be remembered


@dataclass(frozen=True)
class RememberingEncoding(PatientEncoding):
    """Counts as of ``now``, then those of some features of the beat before, of the one before that, and so on.

    remembered: names of features of ``now``.
    beats:      how many beats before are remembered.

    A patient's first beat stands for those before it. Nothing is encoded twice: what is remembered are counts.
    """

    remembered: tuple[str, ...]
    beats: int
    now: RelativeEncoding

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= LONGEST:
            raise InputError(f"field encoding.beats: not in 1..{LONGEST}")
        if not self.remembered or len(set(self.remembered)) < len(self.remembered):
            raise InputError("field encoding.remembered: not one feature, or two of one name")
        for name in self.remembered:
            if name not in self.now.relative:
                raise InputError(f"field encoding.remembered: {name!r:.40} is not told of the beat itself")

    @property
    def input_bits(self) -> int:
        return self.now.input_bits

    @property
    def inputs(self) -> int:
        return self.now.inputs + self.beats * len(self.remembered)

    @property
    def intervals(self) -> np.ndarray:
        """Which inputs tell of intervals alone: bool[inputs]."""
        own = self.now.intervals
        return np.concatenate([own, np.tile(own[self.places], self.beats)])

    @property
    def places(self) -> list[int]:
        """Of what is remembered, among the counts of the beat itself."""
        return [self.now.relative.index(name) for name in self.remembered]

    def counts(self, seen: Beat) -> np.ndarray:
        return self.remember(self.now.counts(seen))

    def remember(self, counts: np.ndarray) -> np.ndarray:
        """Counts of all of a patient's beats, int64[beats, those of ``now``], with those remembered beside them."""
        chosen = counts[:, self.places]
        ago = np.arange(len(counts)) - np.arange(1, self.beats + 1)[:, None]
        return np.concatenate([counts, *chosen[np.maximum(ago, 0)]], axis=1)
