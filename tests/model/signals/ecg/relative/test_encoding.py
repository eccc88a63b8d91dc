"""The encoder relative to the patient: counts in range, causal, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.relative.encoding import FULL_BITS, RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import FEATURES

ENCODING = RelativeEncoding(tuple(FEATURES))


def test_counts_are_in_range_and_none_is_dead(synthetic_beats: Beats) -> None:
    counts = ENCODING.encode(synthetic_beats)
    assert counts.shape == (len(synthetic_beats), ENCODING.inputs)
    assert counts.dtype == np.int64
    assert 0 <= counts.min() <= counts.max() < 1 << FULL_BITS
    assert (np.ptp(counts, axis=0) > 4).all()


@pytest.mark.parametrize("bits", range(1, FULL_BITS))
def test_fewer_bits_leave_the_lowest_out(synthetic_beats: Beats, bits: int) -> None:
    fewer = replace(ENCODING, input_bits=bits).encode(synthetic_beats)
    assert (fewer == ENCODING.encode(synthetic_beats) >> (FULL_BITS - bits)).all()


def test_the_selection_does_not_matter(synthetic_beats: Beats) -> None:
    some = np.arange(len(synthetic_beats))[::-7]
    assert (ENCODING.encode(synthetic_beats.select(some)) == ENCODING.encode(synthetic_beats)[some]).all()


def test_later_beats_change_nothing(synthetic_beats: Beats) -> None:
    """Nor do later codes: an answer needs the next peak, and the window."""
    name = str(synthetic_beats.record[0])
    record = synthetic_beats.codes[name]
    mine = synthetic_beats.select(np.flatnonzero(synthetic_beats.record == name))
    known = record.peaks[:40]
    codes = record.codes.copy()
    codes[known[-2] + max(ENCODING.after, int(known[-1] - known[-2])) :] = 1024
    cut = replace(mine, codes={name: replace(record, peaks=known, codes=codes)})
    first = cut.select(np.flatnonzero(np.isin(cut.peak, known[:-1])))
    assert len(first) > 30
    assert (ENCODING.encode(first) == ENCODING.encode(mine)[: len(first)]).all()


def test_the_ends_of_a_record(synthetic_beats: Beats) -> None:
    """The first beat's missing interval is the one after it; an only beat has a second on either side."""
    name = str(synthetic_beats.record[0])
    record = synthetic_beats.codes[name]
    mine = synthetic_beats.select(np.flatnonzero(synthetic_beats.peak == record.peaks[0])[:1])
    at = ENCODING.relative.index("previous_8"), ENCODING.relative.index("following_8")
    assert ENCODING.encode(mine)[0, list(at)].tolist() == [32, 32]
    only = replace(mine, codes={name: replace(record, peaks=record.peaks[:1], symbols=record.symbols[:1])})
    alone = ENCODING.encode(only)
    apart = np.array([record.peaks[0], record.peaks[0] + SAMPLING_RATE])
    two = replace(mine, codes={name: replace(record, peaks=apart, symbols=record.symbols[:2])})
    assert (alone == ENCODING.encode(two)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"relative": ()}, "at least 1"),
        ({"relative": ("area", "area")}, "two features of one name"),
        ({"relative": ("arae",)}, "no feature 'arae'"),
        ({"input_bits": 0}, "not in 1..6"),
        ({"input_bits": 7}, "not in 1..6"),
    ],
)
def test_what_is_refused(change: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(ENCODING, **change)
