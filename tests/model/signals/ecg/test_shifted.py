"""Beats that are a little off."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.shifted import shifted


def test_peaks_are_off_and_intervals_are_between_them(synthetic_beats: Beats) -> None:
    beats = shifted(synthetic_beats, 4, seed=1)
    off = beats.peak - synthetic_beats.peak
    assert set(off) == set(range(-4, 5))
    assert beats.label.tolist() == synthetic_beats.label.tolist()
    assert (np.abs(beats.previous - synthetic_beats.previous) <= 8).all()
    for name, record in beats.codes.items():
        peaks, mine = record.peaks, beats.record == name
        at = np.searchsorted(peaks, beats.peak[mine])
        assert beats.following[mine].tolist() == np.append(np.diff(peaks), 0)[at].tolist()
    assert shifted(synthetic_beats, 4, seed=1).peak.tolist() == beats.peak.tolist()


def test_nothing_moves_by_nothing(synthetic_beats: Beats) -> None:
    beats = shifted(synthetic_beats, 0, seed=1)
    for name in ("record", "peak", "label", "previous", "following"):
        assert getattr(beats, name).tolist() == getattr(synthetic_beats, name).tolist()
