"""Splits: each segment tests once, what a split keeps apart is on one side, and the leaking one leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg.splits import SPLITS, EegSplit, parts, units
from tests.support.eeg import segments


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_segment_tests_once_and_units_stay_together(split: EegSplit, seed: int) -> None:
    found = segments(groups=6, trials=4, each=5)
    unit, tested = units(found, split), []
    for train, test in parts(found, "up", split, seed):
        assert not set(unit[train]) & set(unit[test])
        assert len(train) + len(test) == len(unit)
        tested += test.tolist()
    assert sorted(tested) == list(range(len(unit)))


def test_the_published_split_has_a_trial_on_both_sides() -> None:
    found = segments(groups=6, trials=4, each=5)
    assert all(set(found.trial[test]) & set(found.trial[train]) for train, test in parts(found, "up", "segment", 0))


def test_each_run_tests_in_turn_and_what_has_no_answer_is_in_no_part() -> None:
    found = segments(groups=7)
    found = replace(found, grouped="run", labels={"up": np.where(found.trial % 4 > 1, -1, found.labels["up"])})
    every = list(parts(found, "up", "group", 0))
    assert sorted(tuple(set(found.group[test])) for _, test in every) == [(run,) for run in range(7)]
    assert all((found.labels["up"][np.concatenate(pair)] >= 0).all() for pair in every)


def test_seeds_draw_other_parts() -> None:
    found = segments(groups=6)
    first, second, again = (next(iter(parts(found, "up", "trial", seed)))[1].tolist() for seed in (0, 1, 0))
    assert first == again != second


def test_one_group_or_one_class_is_refused() -> None:
    with pytest.raises(InputError, match="1 subjects, 2 classes"):
        list(parts(segments(groups=1), "up", "group", 0))
    found = segments()
    with pytest.raises(InputError, match="1 classes"):
        list(parts(replace(found, labels={"up": found.labels["up"] * 0}), "up", "trial", 0))
