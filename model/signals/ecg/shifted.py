"""Beats whose R peaks are a little off: how much a network hangs on where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model.signals.ecg.beats import Beats, beats_of


def shifted(beats: Beats, most: int, seed: int) -> Beats:
    """All beats of the records, in the order in which `read_beats` gives them, with each R peak of any class moved by
    -most to most samples, all as likely; intervals are those between the moved ones. No peak overtakes another, or
    leaves its record.
    """
    random = np.random.default_rng(seed)
    moved = {}
    for name, record in beats.codes.items():
        peaks = record.peaks + random.integers(-most, most + 1, len(record.peaks))
        moved[name] = replace(record, peaks=np.maximum.accumulate(peaks).clip(0, len(record.codes) - 1))
    return beats_of(moved)
