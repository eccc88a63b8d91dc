"""What is heard of annotated beats: by hand, and on generated records."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend import detected
from sparrow_ecg.model.frontend.detected import detect
from sparrow_ecg.model.frontend.frontend import FrontEnd, Heard
from sparrow_ecg.model.scoring.matching import window
from sparrow_ecg.model.signals.ecg.beats import Beats, beats_of
from sparrow_ecg.model.signals.ecg.encoders import JointEncoding
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding

TINY = Encoding(before=48, block=8, blocks=16, input_bits=4, features=("previous", "following", "mean", "range"))


def record(peaks: list[int], symbols: str, flutter: tuple[tuple[int, int], ...] = ()) -> Record:
    return Record(
        "100", 360, "MLII", np.zeros(9000, np.int64), 1024, 11, np.array(peaks), tuple(symbols), None, flutter
    )


def test_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """In order: a beat that is found late, one that is missed, a Q, one that may not be classified, extra ones."""
    beats = beats_of({"100": record([1000, 2000, 3000, 4000], "NVQS", ((6000, 7000),))})
    peaks, judged = np.array([1054, 2055, 3001, 3998, 5000, 6500, 8000]), np.array([1, 1, 1, 0, 1, 1, 0], bool)
    counts = np.arange(7)[:, None] + np.zeros(20, np.int64)
    heard = Heard(peaks, peaks, judged, counts, np.zeros((7, 3), np.int64), np.zeros(0, bool))
    monkeypatch.setattr(detected, "_hear", lambda front, record: heard)
    found = detect(beats, TINY)
    assert found.found.tolist() == [True, False, True]
    assert found.judged.tolist() == [True, False, False]
    assert found.offset.tolist() == [54, 0, -2]
    assert found.counts[:, 0].tolist() == [0, 0, 3]
    assert found.extra.peak.tolist() == [2055, 5000, 8000]  # neither the Q, nor what is in flutter
    assert found.extra.record.tolist() == ["100"] * 3
    assert found.extra.judged.tolist() == [True, True, False]
    assert found.extra.counts[:, 0].tolist() == [1, 4, 6]


def test_of_generated_records(synthetic_beats: Beats) -> None:
    """Most beats are heard, where they are; counts are those of the encoding at the peaks that are heard."""
    found = detect(synthetic_beats, TINY)
    assert found.judged.mean() > 0.9
    assert not (found.judged & ~found.found).any()
    assert np.abs(found.offset).max() <= window(360)
    moved = replace(synthetic_beats, peak=synthetic_beats.peak + found.offset).select(found.judged)
    shape = TINY.encode(moved)[:, :16]
    inside = (moved.peak >= 96) & (moved.peak < 120 * 360 - 96)
    assert shape[inside].tolist() == found.counts[found.judged][inside, :16].tolist()


def test_some_beats_are_heard_as_among_all(synthetic_beats: Beats) -> None:
    some = np.flatnonzero(np.arange(len(synthetic_beats)) % 3 == 0)
    every, few = detect(synthetic_beats, TINY), detect(synthetic_beats.select(some), TINY)
    assert few.found.tolist() == every.found[some].tolist()
    assert few.counts.tolist() == every.counts[some].tolist()


def test_each_record_is_heard_once(synthetic_beats: Beats, monkeypatch: pytest.MonkeyPatch) -> None:
    detect(synthetic_beats, TINY)
    monkeypatch.setattr(FrontEnd, "run", lambda *_: pytest.fail("again"))
    detect(synthetic_beats, TINY)


def test_what_the_front_end_has_not_is_refused(synthetic_beats: Beats) -> None:
    with pytest.raises(InputError, match="does not make such inputs"):
        detect(synthetic_beats, JointEncoding(TINY, RelativeEncoding(("area",), input_bits=4)))
