from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import DS1, DS2
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.model.signals.ecg.splits import SPLITS, TUNING, VALIDATION_RECORDS, Split, make_split


def beats_of(label: list[int], record: str = "100") -> Beats:
    nothing = np.zeros(len(label), np.int64)
    return Beats(np.full(len(label), record), np.arange(len(label)), np.array(label), nothing, nothing, {})


def sets(split: Split) -> list[np.ndarray]:
    return [split.train, split.validation, split.test]


def test_each_split_takes_each_beat_once(mitdb_beats: Beats) -> None:
    for name in SPLITS:
        split = make_split(name, mitdb_beats)
        assert np.sort(np.concatenate(sets(split))).tolist() == list(range(len(mitdb_beats)))
        for part in sets(split):
            assert (np.diff(part) > 0).all()
            assert set(mitdb_beats.label[part]) == {0, 1, 2, 3}


def test_intra_counts(mitdb_beats: Beats) -> None:
    split = make_split("intra", mitdb_beats, seed=3)
    counts = [np.bincount(mitdb_beats.label[part]).tolist() for part in sets(split)]
    assert counts == [[64_890, 2_003, 5_046, 578], [7_210, 222, 561, 64], [18_025, 556, 1_402, 161]]
    assert len(split.tune) == 0


def test_inter_shares_no_record(mitdb_beats: Beats) -> None:
    split = make_split("inter", mitdb_beats)
    train, validation, test = (set(mitdb_beats.record[part]) for part in sets(split))
    assert test == set(DS2)
    assert train | validation == set(DS1)
    assert validation == set(VALIDATION_RECORDS)
    assert not train & validation
    assert len(split.test) == 44_259 + 1_837 + 3_221 + 388
    assert np.bincount(mitdb_beats.label[split.validation]).tolist() == [9_926, 213, 634, 34]


def test_time_goes_by_the_samples_of_each_record() -> None:
    """In order of time: what comes before 72 % trains, before 80 % validates, and the rest tests."""
    peaks = {"100": [0, 719, 720, 799, 800, 999], "200": [800, 1439, 1440, 1999]}
    record = np.repeat(list(peaks), [len(each) for each in peaks.values()])
    codes = {
        name: Record(name, 360, "MLII", np.zeros(samples, np.int64), 1024, 11, np.array(peaks[name]), ())
        for name, samples in (("100", 1000), ("200", 2000))
    }
    nothing = np.zeros(len(record), np.int64)
    beats = Beats(record, np.concatenate(list(peaks.values())), nothing, nothing, nothing, codes)
    for seed in (0, 1):
        assert [part.tolist() for part in sets(make_split("time", beats, seed))] == [[0, 1, 6, 7], [2, 3, 8], [4, 5, 9]]


def test_time_counts(mitdb_beats: Beats) -> None:
    counts = [np.bincount(mitdb_beats.label[part]).tolist() for part in sets(make_split("time", mitdb_beats))]
    assert counts == [[64_695, 1_975, 4_974, 639], [7_137, 173, 577, 74], [18_293, 633, 1_458, 90]]


def test_adaptive_tunes_on_the_first_five_minutes(mitdb_beats: Beats) -> None:
    split, inter = make_split("adaptive", mitdb_beats), make_split("inter", mitdb_beats)
    assert np.union1d(split.tune, split.test).tolist() == inter.test.tolist()
    assert np.union1d(split.tune, inter.train).tolist() == split.train.tolist()
    assert mitdb_beats.peak[split.tune].max() < TUNING == 108_000 <= mitdb_beats.peak[split.test].min()
    assert set(mitdb_beats.record[split.tune]) == set(mitdb_beats.record[split.test]) == set(DS2)


def test_only_the_seed_changes_intra(mitdb_beats: Beats) -> None:
    first, again, other = (make_split("intra", mitdb_beats, seed) for seed in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(sets(first), sets(again), strict=True))
    assert (first.test != other.test).any()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=200), st.integers(0, 2**32))
def test_intra_is_a_stratified_partition(label: list[int], seed: int) -> None:
    beats = beats_of(label)
    split = make_split("intra", beats, seed)
    assert sorted(np.concatenate(sets(split)).tolist()) == list(range(len(label)))
    for value in set(label):
        count = label.count(value)
        test, validation = ((beats.label[part] == value).sum() for part in (split.test, split.validation))
        assert test == round(0.2 * count)
        assert validation == round(0.1 * (count - test))


@given(st.lists(st.booleans(), min_size=50, max_size=50))
def test_within_moves_no_beat(kept: list[bool]) -> None:
    split = make_split("intra", beats_of([0, 1, 2, 3, 0] * 10))
    mask = np.array(kept)
    for part, some in zip(sets(split), sets(split.within(mask)), strict=True):
        assert some.tolist() == [at for at in part if mask[at]]


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(InputError, match=r"split both: no such split: choose one of intra, time, inter"):
        make_split("both", beats_of([0]))


@pytest.mark.parametrize("name", ["inter", "adaptive"])
def test_records_of_other_databases_have_no_patient_split(name: str, synthetic_beats: Beats) -> None:
    with pytest.raises(InputError, match=rf"split {name}: none of the records synthetic1, .* is in DS2"):
        make_split(name, synthetic_beats)
