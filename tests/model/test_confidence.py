"""What abstaining brings, against counting beat by beat."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model import confidence
from sparrow_ecg.model.confidence import (
    RISKS,
    Answers,
    chosen,
    ideal_area,
    precision_recall,
    reliability,
    risk_coverage,
    thinned,
)
from sparrow_ecg.model.metrics import evaluate

CLASSES = ("N", "S", "V")
SMALL = st.lists(st.tuples(st.integers(0, 2), *[st.integers(-4, 4)] * 4), min_size=1, max_size=40)


def answers(rows: list[tuple[int, ...]]) -> Answers:
    """Label and potentials of each beat; the fourth output is a class that no beat has."""
    table = np.array(rows, np.int64)
    return Answers(table[:, 0], table[:, 1:], CLASSES)


def drawn(beats: int, seed: int, noise: float = 40) -> Answers:
    """Potentials of a network that is mostly right."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, beats, p=(0.8, 0.05, 0.15))
    potentials = np.rint(100 * np.eye(3)[labels] + rng.normal(0, noise, (beats, 3))).astype(np.int64)
    return Answers(labels, potentials, CLASSES)


def by_margins(margins: list[int], right: list[bool]) -> Answers:
    """Beats of N, each with the margin."""
    return answers([(0, m, 0, -9, -9) if good else (0, -m, 0, -9, -9) for m, good in zip(margins, right, strict=True)])


@given(SMALL)
def test_margins_and_evidence_are_what_they_say(rows: list[tuple[int, ...]]) -> None:
    found = answers(rows)
    for k, (_, *potentials) in enumerate(rows):
        lower, highest = sorted(potentials)[-2:]
        assert found.margins[k] == highest - lower
        for c in range(3):
            assert found.evidence(c)[k] == potentials[c] - max(potentials[:c] + potentials[c + 1 :])
        if found.predictions[k] < 3:
            assert found.evidence(found.predictions[k])[k] == found.margins[k]


@given(SMALL)
def test_each_threshold_is_a_score_of_the_beats_that_it_answers(rows: list[tuple[int, ...]]) -> None:
    found = answers(rows)
    curve = risk_coverage(found)
    assert curve.thresholds[0] == 0
    assert curve.thresholds[1:].tolist() == sorted(set(found.margins.tolist()))[1:]
    for k, threshold in enumerate(curve.thresholds):
        answered = found.margins >= threshold
        result = evaluate(found.labels[answered], found.predictions[answered], CLASSES)
        assert curve.coverage[k] == answered.mean()
        assert curve.error[k] == pytest.approx(1 - result["accuracy"])
        missing = evaluate(found.labels, np.where(answered, found.predictions, 3), CLASSES)  # 3: of no class
        for c, name in enumerate(CLASSES):
            for which, expected in ((curve.left_out, result), (curve.missed, missing)):
                scores = [
                    np.nan if value is None else value for value in list(expected["per_class"][name].values())[1:]
                ]
                assert which[k, c].tolist() == pytest.approx(scores, nan_ok=True)
            counts = result["per_class"][name]["count"], missing["per_class"][name]["count"]
            assert curve.answered[k, c] == pytest.approx(counts[0] / counts[1] if counts[1] else np.nan, nan_ok=True)


@given(SMALL)
def test_the_area_is_the_mean_error_at_each_beat(rows: list[tuple[int, ...]]) -> None:
    found = answers(rows)
    wrong = found.predictions != found.labels
    errors = [wrong[found.margins >= margin].mean() for margin in found.margins]
    area = risk_coverage(found).area
    assert area == pytest.approx(np.mean(errors))
    assert area >= ideal_area(len(rows), int(wrong.sum())) - 1e-12


def test_the_area_of_the_best_order_by_hand() -> None:
    assert ideal_area(4, 1) == 1 / 16
    assert risk_coverage(by_margins([1, 2, 3, 4], [False, True, True, True])).area == 1 / 16
    assert risk_coverage(by_margins([1, 2, 3, 4], [True, True, True, False])).area == (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4
    assert (ideal_area(3, 0), ideal_area(3, 3)) == (0, 1)


def test_thresholds_are_chosen_by_validation_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "RISKS", (0.0, 0.2, 0.5))
    validation = risk_coverage(by_margins([1, 3, 5, 7], [False, True, False, True]))  # 1/2, 1/3, 1/2, 0 wrong
    test = risk_coverage(by_margins([2, 4, 6, 9, 9], [True, False, True, False, True]))
    rows = chosen(validation, test)
    assert [row["threshold"] for row in rows] == [7, 7, 0]
    of_n = {"N": 2 / 5, "S": None, "V": None}
    assert rows[0]["test"] == {"threshold": 9, "coverage": 2 / 5, "error": 1 / 2, "answered": of_n}
    assert rows[2]["validation"]["error"] == 1 / 2
    assert rows[2]["test"]["coverage"] == 1
    assert [row["threshold"] for row in chosen(validation, risk_coverage(by_margins([1, 2], [False, False])))] == [
        7,
        7,
        0,
    ]


def test_a_threshold_may_not_be_there_or_answer_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "RISKS", (0.1,))
    bad, good = by_margins([1, 9], [True, False]), by_margins([1, 9], [False, True])
    nothing = {"threshold": None, "coverage": None, "error": None, "answered": None}
    (row,) = chosen(risk_coverage(bad), risk_coverage(good))
    assert row == {"risk": 0.1, "threshold": None, "validation": nothing, "test": nothing}
    (row,) = chosen(risk_coverage(good), risk_coverage(by_margins([1, 8], [True, True])))
    assert (row["threshold"], row["test"]) == (9, nothing)


def test_precision_over_recall_is_counted() -> None:
    found = drawn(600, 1)
    curve = precision_recall(found, 1)
    truth, evidence = found.labels == 1, found.evidence(1)
    assert len(curve["thresholds"]) == len(curve["recall"]) - 1
    for recall, precision, threshold in zip(curve["recall"], curve["precision"], curve["thresholds"], strict=False):
        taken = evidence >= threshold
        assert (recall, precision) == pytest.approx((taken[truth].mean(), truth[taken].mean()))
    assert curve["share"] == truth.mean()
    values = np.sort(np.unique(evidence))[::-1]
    steps = [0, *((evidence >= value)[truth].mean() for value in values)]
    precisions = [truth[evidence >= value].mean() for value in values]
    assert curve["average_precision"] == pytest.approx(np.diff(steps) @ precisions)
    assert precision_recall(by_margins([1, 2], [True, True]), 2) is None


def test_reliability_is_of_every_answer_with_the_class() -> None:
    found = drawn(900, 2, noise=60)
    bins = reliability(found, 0)
    mine, margins = found.predictions == 0, found.margins
    assert len(bins) == confidence.BINS
    assert sum(each["beats"] for each in bins) == mine.sum()
    for each, following in zip(bins, [*bins[1:], {"low": np.inf}], strict=True):
        inside = mine & (margins >= each["low"]) & (margins <= each["high"])
        assert each["low"] <= each["high"] < following["low"]
        assert (each["beats"], each["right"]) == (inside.sum(), (found.labels == 0)[inside].mean())
        assert abs(each["beats"] - mine.sum() / len(bins)) < 10  # equal margins are together
    assert bins[0]["right"] < bins[-1]["right"]


@pytest.mark.parametrize(
    ("margins", "beats"), [([], []), ([3], [1]), ([5] * 90, [90]), ([1] * 30 + [2] * 30, [30, 30])]
)
def test_few_answers_and_equal_margins_make_fewer_bins(margins: list[int], beats: list[int]) -> None:
    found = by_margins([*margins, 1], [True] * len(margins) + [False])  # the last is answered S
    assert [each["beats"] for each in reliability(found, 0)] == beats


def test_all_of_it_is_json_without_nan() -> None:
    test, validation = drawn(3000, 3), drawn(500, 4)
    found = confidence.summary(test, validation)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    curve: dict[str, Any] = found["risk_coverage"]
    assert curve["coverage"][0] == 1
    assert curve["error"][0] == found["error"] == (test.predictions != test.labels).mean()
    sizes = {len(values) for name, values in curve.items() if name != "per_class"}
    sizes |= {len(each["answered"]) for each in curve["per_class"].values()}
    assert len(sizes) == 1
    assert found["area_ideal"] < found["area"] < found["error"]
    assert [row["risk"] for row in found["at_risks"]] == list(RISKS)
    assert all(row["error"] <= row["risk"] for row in found["at_risks"] if row["error"] is not None)
    nobody = Answers(test.labels[:0], test.potentials[:0], CLASSES)
    assert "chosen_on_validation" not in confidence.summary(test, nobody)


@pytest.mark.parametrize("values", [[1.0], [3.0, 1.0], np.linspace(1, 0, 5000), np.linspace(0, 7, 999), [2.0] * 300])
def test_a_thinned_curve_keeps_its_ends_and_its_shape(values: list[float]) -> None:
    full = np.asarray(values)
    kept = thinned(full)
    assert (kept[0], kept[-1]) == (0, len(full) - 1)
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= confidence.POINTS + 2
    if len(full) > 300:
        assert abs(np.diff(full[kept])).max() <= 2.1 * abs(full[-1] - full[0]) / confidence.POINTS
