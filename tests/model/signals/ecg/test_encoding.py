"""The encoder: what each count is, its range, and that a stream of codes is enough to compute it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.encoding import FEATURES, INTERVAL_LOG2, MEAN_LOG2, Encoding, divide, mean_interval
from sparrow_ecg.model.training.recipes import RECIPES

ENCODING = Encoding(before=80, block=8, blocks=20, input_bits=4, features=tuple(FEATURES))


def test_divide_is_exact_division() -> None:
    numerator, denominator = np.meshgrid(np.arange(70), np.arange(1, 70))
    fine = numerator < denominator
    for bits in range(1, 9):
        expected = (numerator[fine] << bits) // denominator[fine]
        assert (divide(numerator[fine], denominator[fine], bits) == expected).all()


def test_counts_of_each_beat(synthetic_beats: Beats) -> None:
    """Against the definition, one beat at a time, in plain Python."""
    counts = ENCODING.encode(synthetic_beats)
    assert counts.shape == (len(synthetic_beats), ENCODING.inputs)
    for beat in range(0, len(synthetic_beats), 37):
        codes = synthetic_beats.codes[str(synthetic_beats.record[beat])].codes.tolist()
        start = int(synthetic_beats.peak[beat]) - 80
        samples = [codes[min(max(start + i, 0), len(codes) - 1)] for i in range(160)]
        sums = [sum(samples[i : i + 8]) for i in range(0, 160, 8)]
        span = max(sums) - min(sums)
        assert counts[beat, :20].tolist() == [(s - min(sums)) * 16 // (span + 1) for s in sums]
        intervals = int(synthetic_beats.previous[beat]), int(synthetic_beats.following[beat])
        assert counts[beat, 20:22].tolist() == [min(max(interval - 96, 0) // 16, 15) for interval in intervals]
        assert counts[beat, 23] == min(span // 256, 15)


def test_the_running_mean_does_not_depend_on_the_selection(synthetic_beats: Beats) -> None:
    some = np.arange(len(synthetic_beats))[::-7]
    assert (mean_interval(synthetic_beats.select(some)) == mean_interval(synthetic_beats)[some]).all()
    assert (ENCODING.encode(synthetic_beats.select(some)) == ENCODING.encode(synthetic_beats)[some]).all()


def test_the_running_mean_follows_the_intervals(synthetic_beats: Beats) -> None:
    record = synthetic_beats.codes[str(synthetic_beats.record[0])]
    mean = mean_interval(synthetic_beats)[synthetic_beats.record == record.name]
    intervals = np.diff(record.peaks)
    assert mean[0] == 0
    assert mean[1] == intervals[0]
    assert abs(mean[2] - (mean[1] + (intervals[1] - mean[1]) / (1 << MEAN_LOG2))) <= 1


@pytest.mark.parametrize("bits", range(1, INTERVAL_LOG2 + 1))
def test_counts_fill_their_range_and_stay_in_it(synthetic_beats: Beats, bits: int) -> None:
    shape = replace(ENCODING, input_bits=bits).encode(synthetic_beats)[:, :20]
    assert shape.min() == 0
    assert shape.max() == (1 << bits) - 1
    everything = replace(ENCODING, input_bits=bits).encode(synthetic_beats)
    assert 0 <= everything.min() <= everything.max() < 1 << bits


def test_a_flat_window_gives_zero_counts(synthetic_beats: Beats) -> None:
    record = synthetic_beats.codes[str(synthetic_beats.record[0])]
    flat = replace(record, codes=np.full_like(record.codes, 1000))
    beats = synthetic_beats.select(np.flatnonzero(synthetic_beats.record == record.name))
    beats = replace(beats, codes={record.name: flat})
    assert not ENCODING.encode(beats)[:, :20].any()


def test_what_the_next_peak_changes(synthetic_beats: Beats) -> None:
    """Nothing but the feature `following`, for which the answer waits."""
    later = replace(synthetic_beats, following=synthetic_beats.following + 99)
    changed = (ENCODING.encode(later) != ENCODING.encode(synthetic_beats)).any(axis=0)
    assert np.flatnonzero(changed).tolist() == [21]
    assert ENCODING.needs_next_peak
    assert not replace(ENCODING, features=("previous",)).needs_next_peak


@pytest.mark.parametrize(
    ("field", "value"),
    [("block", 6), ("block", 0), ("blocks", 1), ("before", -1), ("before", 161), ("input_bits", 0), ("input_bits", 10)],
)
def test_refused(field: str, value: int) -> None:
    with pytest.raises(InputError, match=f"field encoding.{field}"):
        replace(ENCODING, **{field: value})


def test_unknown_feature_refused() -> None:
    with pytest.raises(InputError, match="no feature 'width': choose from previous"):
        replace(ENCODING, features=("width",))


@pytest.mark.parametrize("name", RECIPES)
def test_recipes_end_soon_after_the_peak(name: str) -> None:
    assert RECIPES[name].encoding.after <= 160
