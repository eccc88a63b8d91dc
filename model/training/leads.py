"""Leads that were never recorded, and R peaks that are a little off: more patients than there are, for training.

Two leads show one electrical vector of the heart from two sides. A weighted sum of them shows it from another side, as
electrodes at another place would, up to upside down.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.records import Record

STRONG = 99  # percentile of a lead's size by which the two are made equally large


def turned(beats: Beats, degrees: float, jitter: int, seed: int) -> Beats:
    """The same beats in a lead that is turned towards the second by an angle, peaks off by up to ``jitter`` samples.

    The beats have a second lead; theirs, in what is returned, is turned likewise.
    """
    codes, second, moved = {}, {}, np.empty_like(beats.peak)
    for name in np.unique(beats.record).tolist():
        record = beats.codes[name]
        rng = np.random.default_rng([seed, zlib.crc32(name.encode()), round(degrees)])
        first, other = (_centred(lead.codes) for lead in (record, beats.second[name]))
        other = other * (_strength(first) / _strength(other))
        peaks = _jittered(record, jitter, rng)
        angle = np.radians(degrees)
        codes[name] = replace(record, codes=_whole(np.cos(angle) * first + np.sin(angle) * other), peaks=peaks)
        second[name] = replace(record, codes=_whole(np.cos(angle) * other - np.sin(angle) * first), peaks=peaks)
        mine = beats.record == name
        moved[mine] = peaks[np.searchsorted(record.peaks, beats.peak[mine])]
    return replace(beats, codes=codes, second=second, peak=moved)


def _centred(codes: np.ndarray) -> np.ndarray:
    return codes - np.median(codes)


def _strength(lead: np.ndarray) -> float:
    return float(np.percentile(np.abs(lead), STRONG)) + 1


def _whole(lead: np.ndarray) -> np.ndarray:
    return np.round(lead).astype(np.int64)


def _jittered(record: Record, jitter: int, rng: np.random.Generator) -> np.ndarray:
    """The peaks in the same order, where they are not too close to be told apart."""
    moved = np.clip(record.peaks + rng.integers(-jitter, jitter + 1, len(record.peaks)), 0, len(record.codes) - 1)
    return moved if (np.diff(moved) > 0).all() else record.peaks
