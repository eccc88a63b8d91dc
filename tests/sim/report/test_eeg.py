"""Scores: accuracy, chance and interval by hand, over trials or subjects; a split that leaks says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
from sparrow_ecg.sim.report.eeg import scores
from sparrow_ecg.sim.studies.eeg import Lesson
from tests.support.eeg import segments

FOUND = segments(groups=3, trials=4, each=2)
LABELS = FOUND.labels["up"]


def lesson(split: Any, seed: int, test: list[int], wrong: list[int]) -> tuple[Lesson, dict[str, Any]]:
    answers = [int(LABELS[k]) ^ (k in wrong) for k in test]
    return Lesson("up", split, seed, 0), {"test": test, "answers": {"snn": answers}, "chance": 0.5}


def both(done: list) -> dict[str, Any]:
    left = [(Lesson("left", each.split, each.seed, 0), told) for each, told in done]
    return scores([*done, *left], FOUND)


def test_accuracy_chance_and_names() -> None:
    found = both([lesson("segment", 0, [0, 1, 2, 3], [0]), lesson("segment", 1, [2, 3, 4, 5], [])])["segment"]
    assert (found["name"], found["leaks"]) == ("segment-wise, LEAKS", True)
    asked = found["questions"]["up"]
    assert asked["networks"]["snn"]["accuracy"]["each"] == [0.75, 1.0]
    assert (asked["segments"], asked["trials"], asked["subjects"], asked["chance"]) == (6, 3, 1, 0.5)
    group = both([lesson("group", 0, [0, 1], [])])["group"]
    assert (group["name"], group["leaks"]) == ("subject-wise", False)


@pytest.mark.parametrize(("split", "drawn"), [("trial", "trial"), ("group", "subject")])
def test_the_interval_is_over_what_is_drawn(split: str, drawn: str) -> None:
    """All of a trial is right or wrong: drawing segments would be too sure."""
    wrong = np.flatnonzero(FOUND.group == 0).tolist() if drawn == "subject" else [0, 1, 10, 11]
    asked = both([lesson(split, 0, list(range(24)), wrong)])[split]["questions"]["up"]
    score = asked["networks"]["snn"]
    units = 3 if drawn == "subject" else 12
    right = score["accuracy"]["mean"]
    low, high = score["interval"]
    assert asked["drawn"] == drawn
    assert low < right < high or (drawn, high) == ("subject", 1.0)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(right * (1 - right) / units), rel=0.35)


def test_one_unit_has_no_interval() -> None:
    asked = both([lesson("trial", 0, [0, 1], [])])["trial"]["questions"]["up"]
    assert asked["networks"]["snn"]["interval"] == [None, None]
