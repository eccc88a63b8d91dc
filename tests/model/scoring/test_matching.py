from __future__ import annotations

import numpy as np
import pytest
import wfdb.processing
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.scoring.matching import ALONE, match, window

REACH = 54

Pair = tuple[int | None, int | None]


def told(reference: list[int], test: list[int], **options: object) -> list[Pair]:
    """What `match` gives, as sample numbers."""
    pairs = match(np.array(reference, np.int64), np.array(test, np.int64), REACH, **options)  # type: ignore[arg-type]
    return [(None if i == ALONE else reference[i], None if j == ALONE else test[j]) for i, j in pairs]


def slow(reference: list[int], test: list[int], reach: int) -> list[Pair]:
    """The rule in words, on one list of all beats in time: the first has the next of the other kind, or stays alone."""
    beats = sorted([(at, "annotated") for at in reference] + [(at, "detected") for at in test])
    pairs: list[Pair] = []
    while beats:
        at, kind = beats.pop(0)
        others = [beat for beat in beats if beat[1] != kind]
        own = [beat for beat in beats if beat[1] == kind]
        other = others[0][0] if others else None
        nearer = other is not None and (not own or abs(other - at) < abs(other - own[0][0]))
        if other is not None and nearer and abs(other - at) <= reach:
            beats.remove(others[0])
        else:
            other = None
        pairs.append((at, other) if kind == "annotated" else (other, at))
    return pairs


def beats(closest: int = 1, most: int = 30) -> st.SearchStrategy[list[int]]:
    steps = st.lists(st.integers(closest, closest + 90), max_size=most)
    return steps.map(lambda found: np.cumsum(found).tolist())


@given(beats(), beats())
def test_the_rule_in_words(reference: list[int], test: list[int]) -> None:
    # All but the start, where bxb leaves out a first detected beat that may be of a beat before.
    test = [at for at in test if at > REACH]
    assert told(reference, test) == slow(reference, test, REACH)


@given(beats(), beats())
def test_every_beat_counts_once(reference: list[int], test: list[int]) -> None:
    test = [at for at in test if at > REACH]
    pairs = told(reference, test)
    assert [ours for ours, _ in pairs if ours is not None] == reference
    assert [theirs for _, theirs in pairs if theirs is not None] == test
    assert all(abs(ours - theirs) <= REACH for ours, theirs in pairs if ours is not None and theirs is not None)


@given(beats(closest=2 * REACH + 2), beats(closest=2 * REACH + 2))
def test_where_nothing_is_in_doubt_wfdb_says_the_same(reference: list[int], test: list[int]) -> None:
    test = [at for at in test if at > REACH]
    if not reference or not test:
        return
    opinion = wfdb.processing.compare_annotations(np.array(reference), np.array(test), REACH + 1)  # it takes less than
    both = [pair for pair in told(reference, test) if None not in pair]
    assert both == list(zip(opinion.matched_ref_sample, opinion.matched_test_sample, strict=True))


@pytest.mark.parametrize(
    ("reference", "test", "pairs"),
    [
        ([1000], [1000], [(1000, 1000)]),
        ([1000], [1054], [(1000, 1054)]),
        ([1000], [1055], [(1000, None), (None, 1055)]),
        ([1000], [946], [(1000, 946)]),
        ([1000], [990, 1005], [(None, 990), (1000, 1005)]),  # detected twice: the nearer has it
        ([1000], [995, 1010], [(1000, 995), (None, 1010)]),
        ([1000], [990, 1010], [(None, 990), (1000, 1010)]),  # equally near: the later
        ([1000], [1010, 1020], [(1000, 1010), (None, 1020)]),
        ([1000, 1060], [1030], [(1000, None), (1060, 1030)]),  # equally near two annotated: the later
        ([1000, 1060], [1020], [(1000, 1020), (1060, None)]),
        ([1000, 1060], [1050], [(1000, None), (1060, 1050)]),
        ([1000, 1060], [1020, 1050], [(1000, 1020), (1060, 1050)]),
        # As bxb has it: 1040 is left for 1060, which has a nearer one then.
        ([1000, 1060], [1040, 1070], [(1000, None), (None, 1040), (1060, 1070)]),
        ([1000], [], [(1000, None)]),
        ([], [1000], [(None, 1000)]),
        ([], [], []),
    ],
)
def test_by_hand(reference: list[int], test: list[int], pairs: list[Pair]) -> None:
    assert told(reference, test) == pairs


@pytest.mark.parametrize(
    ("reference", "test", "pairs"),
    [
        ([990, 1010, 1400], [1005, 1400], [(1010, 1005), (1400, 1400)]),
        ([1010, 1400], [990, 1400], [(1010, 990), (1400, 1400)]),  # before the begin, and of a beat after it
        ([1010, 1400], [980, 1005, 1400], [(1010, 1005), (1400, 1400)]),
        ([990, 1400], [1005, 1400], [(1400, 1400)]),  # of a beat before the begin
        ([990, 1400], [1060, 1400], [(None, 1060), (1400, 1400)]),  # too late for that
        ([500], [500], []),
    ],
)
def test_the_begin(reference: list[int], test: list[int], pairs: list[Pair]) -> None:
    assert told(reference, test, begin=1000) == pairs


def test_nothing_is_missed_or_extra_in_flutter() -> None:
    reference, test = [1000, 1500, 2010], [1000, 1200, 1400, 1990, 2010, 2300]
    pairs = told(reference, test, excluded=[(1100, 2000)])
    assert pairs == [(1000, 1000), (2010, 2010), (None, 2300)]
    assert told([990], [1020], excluded=[(1000, 2000)]) == [(990, 1020)]  # of a beat before it


def test_the_window_is_150_ms() -> None:
    assert [window(rate) for rate in (360, 250, 128, 1000)] == [54, 38, 19, 150]


def test_beats_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="increase"):
        told([3, 3], [])
