"""Leads that turn: the recorded ones where they should be, beats that keep their class and order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.training.leads import turned


def with_second(beats: Beats) -> Beats:
    second = {name: replace(record, codes=record.codes[::-1].copy()) for name, record in beats.codes.items()}
    return replace(beats, second=second)


def test_a_quarter_turn_is_the_second_lead_and_a_half_turn_upside_down(synthetic_beats: Beats) -> None:
    beats = with_second(synthetic_beats)
    straight, quarter, half = (turned(beats, angle, 0, 0) for angle in (0, 90, 180))
    for name, record in beats.codes.items():
        middle = round(float(np.median(record.codes)))
        assert (straight.codes[name].codes == record.codes - middle).all()
        assert np.abs(half.codes[name].codes + straight.codes[name].codes).max() <= 1
        likeness = np.corrcoef(quarter.codes[name].codes, beats.second[name].codes)[0, 1]
        assert likeness > 0.9999
        assert np.abs(quarter.second[name].codes + straight.codes[name].codes).max() <= 1


def test_beats_keep_their_order_and_class(synthetic_beats: Beats) -> None:
    beats = with_second(synthetic_beats)
    moved = turned(beats, 30, 2, 0)
    assert (moved.label == beats.label).all()
    off = moved.peak - beats.peak
    assert set(np.unique(off)) == {-2, -1, 0, 1, 2}
    for name, record in moved.codes.items():
        assert np.isin(moved.peak[moved.record == name], record.peaks).all()
    assert (turned(beats, 30, 2, 0).peak == moved.peak).all()
    assert (turned(beats, 30, 2, 1).peak != moved.peak).any()
