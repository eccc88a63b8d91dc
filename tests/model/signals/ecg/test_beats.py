from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats, read_beats
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL, DS1, DS2
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.model.signals.ecg.synthetic import write_record


def record_of(codes: np.ndarray, peaks: list[int], symbols: str) -> Record:
    return Record("r", 360, "MLII", codes, 1024, 11, np.array(peaks, np.int64), tuple(symbols))


@given(data=st.data())
def test_windows_repeat_the_outermost_samples(data: st.DataObject) -> None:
    codes = np.array(data.draw(st.lists(st.integers(0, 2047), min_size=1, max_size=30)), np.int64)
    peaks = data.draw(st.lists(st.integers(0, len(codes) - 1), min_size=1, max_size=5))
    before, after = data.draw(st.integers(0, 40)), data.draw(st.integers(1, 40))
    nothing = np.zeros(len(peaks), np.int64)
    beats = Beats(np.full(len(peaks), "r"), np.array(peaks), nothing, nothing, nothing,
                  {"r": record_of(codes, peaks, "N" * len(peaks))})  # fmt: skip
    expected = [
        [codes[min(max(peak + offset, 0), len(codes) - 1)] for offset in range(-before, after)] for peak in peaks
    ]
    assert beats.windows(before, after).tolist() == expected


def test_intervals_count_q_beats_which_are_not_classified(tmp_path: Path) -> None:
    codes = 1024 + np.arange(1000) % 7
    write_record(record_of(codes, [100, 250, 500, 900], "NQVA"), tmp_path, "for a test")
    beats = read_beats(tmp_path, ["r"])
    assert [CLASSES[label] for label in beats.label] == ["N", "V", "S"]
    assert beats.peak.tolist() == [100, 500, 900]
    assert beats.previous.tolist() == [0, 250, 400]
    assert beats.following.tolist() == [150, 400, 0]


def test_select_keeps_columns_together(synthetic_beats: Beats) -> None:
    index = np.array([7, 3])
    some = synthetic_beats.select(index)
    assert len(some) == 2
    assert some.peak.tolist() == synthetic_beats.peak[index].tolist()
    assert (some.windows(40, 50) == synthetic_beats.windows(40, 50)[index]).all()
    assert len(synthetic_beats.select(synthetic_beats.label == 2)) == (synthetic_beats.label == 2).sum()


def test_a_record_named_twice_counts_once(synthetic_root: Path) -> None:
    once = read_beats(synthetic_root, ["synthetic1"])
    assert len(read_beats(synthetic_root, ["synthetic1", "synthetic1"])) == len(once)


def test_no_beat_to_classify_is_refused(tmp_path: Path) -> None:
    write_record(record_of(1024 + np.arange(1000) % 7, [100, 250], "Q/"), tmp_path, "for a test")
    for records in (["r"], []):
        with pytest.raises(InputError, match="no beat of class N, S, V, F in the records"):
            read_beats(tmp_path, records)


@pytest.mark.parametrize(
    ("records", "published"),
    [
        (DS1, {"N": 45_866, "S": 944, "V": 3_788, "F": 415, "Q": 8}),
        (DS2, {"N": 44_259, "S": 1_837, "V": 3_221, "F": 388, "Q": 7}),
        (DS1 + DS2, {"N": 90_125, "S": 2_781, "V": 7_009, "F": 803, "Q": 15}),
    ],
    ids=["DS1", "DS2", "all unpaced"],
)
def test_the_published_counts(mitdb_beats: Beats, records: tuple[str, ...], published: dict[str, int]) -> None:
    annotated = Counter(CLASS_OF_SYMBOL[s] for name in records for s in mitdb_beats.codes[name].symbols)
    assert annotated == published
    ours = mitdb_beats.label[np.isin(mitdb_beats.record, records)]
    assert np.bincount(ours).tolist() == [published[name] for name in CLASSES]


def test_beats_of_mit_bih(mitdb_beats: Beats) -> None:
    assert len(np.unique(np.char.add(mitdb_beats.record, mitdb_beats.peak.astype(str)))) == len(mitdb_beats)
    assert ((mitdb_beats.record == "232") & (mitdb_beats.label == CLASSES.index("S"))).sum() == 1_382
    assert (mitdb_beats.previous == 0).sum() == 44
    assert mitdb_beats.previous[mitdb_beats.previous > 0].min() == 90
