"""How far answers can be trusted, by their margin: what is gained when the chip abstains below a threshold.

The margin is the highest output potential less the second highest, an integer: a chip has it for one subtraction, and
abstains for one comparison with a register. Nothing here is fitted. A threshold that is read off the beats it is then
judged on promises too much: `chosen` takes one from other beats, those that validate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparrow_ecg.model.metrics import SCORES

RISKS = (0.002, 0.005, 0.01, 0.02, 0.05)  # errors among answered beats that are asked for
POINTS = 200  # of a curve, at most, in JSON and picture
BINS, FEWEST = 10, 20  # of margins of a class's answers, at most; beats in a bin, at least


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of beats. Its classes are those of the beats, and perhaps more.

    labels:     int64[beats], indices into ``classes``.
    potentials: int64[beats, outputs], of the output layer.
    """

    labels: np.ndarray
    potentials: np.ndarray
    classes: Sequence[str]

    @property
    def predictions(self) -> np.ndarray:
        """int64[beats], the golden model's classes."""
        return self.potentials.argmax(axis=1)

    @property
    def margins(self) -> np.ndarray:
        """int64[beats], never negative; 0 on a tie."""
        second, highest = np.partition(self.potentials, -2, axis=1)[:, -2:].T
        return highest - second

    def evidence(self, label: int) -> np.ndarray:
        """How far the class is ahead of every other: its potential less the highest other, int64[beats].

        What is answered with the class has 0 or more, and its margin.
        """
        return self.potentials[:, label] - np.delete(self.potentials, label, axis=1).max(axis=1)


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """What each threshold gives, from 0, at which all beats are answered, to the highest margin there is.

    thresholds: int64[n], ascending; a beat is answered if its margin is no less.
    coverage:   float[n], the fraction of the beats that are answered.
    error:      float[n], the fraction of the answered ones that are wrong.
    classes:    names.
    answered:   float[n, classes], the fraction of each class's beats that are answered; NaN for no beats.
    left_out:   float[n, classes, 3], `SCORES` of the answered beats alone; NaN for 0 of 0.
    missed:     float[n, classes, 3], the same, with each class's other beats counted as not found.
    """

    thresholds: np.ndarray
    coverage: np.ndarray
    error: np.ndarray
    classes: Sequence[str]
    answered: np.ndarray
    left_out: np.ndarray
    missed: np.ndarray

    @property
    def area(self) -> float:
        """Under error over coverage: the mean over beats of the error at the threshold that just answers the beat."""
        return float(-np.diff(self.coverage, append=0) @ self.error)

    def at(self, threshold: int) -> int | None:
        """The place of what a threshold answers, be it a margin or between two; None if it answers nothing."""
        place = int(np.searchsorted(self.thresholds, threshold))
        return place if place < len(self.thresholds) else None

    def lowest(self, risk: float) -> int | None:
        """The place of the lowest threshold with no more error than that: the highest coverage. None if none has."""
        places = np.flatnonzero(self.error <= risk)
        return int(places[0]) if len(places) else None


def risk_coverage(answers: Answers) -> RiskCoverage:
    """Of one beat at least."""
    thresholds, place = np.unique(answers.margins, return_inverse=True)
    thresholds[0] = 0  # answers as many as the lowest margin does
    n, classes = len(thresholds), range(len(answers.classes))
    labels, predictions = answers.labels, answers.predictions

    def answered(chosen: np.ndarray) -> np.ndarray:
        """How many of the chosen beats, bool[beats], have at least each threshold's margin: int64[n]."""
        return np.bincount(place[chosen], minlength=n)[::-1].cumsum()[::-1]

    beats, wrong = answered(labels >= 0), answered(labels != predictions)
    labelled, predicted, hits = (
        np.stack([answered(chosen) for chosen in each], axis=1)
        for each in (
            [labels == c for c in classes],
            [predictions == c for c in classes],
            [(labels == c) & (predictions == c) for c in classes],
        )
    )
    with np.errstate(invalid="ignore"):
        left_out, missed = (
            np.stack([hits / of, hits / predicted, 2 * hits / (of + predicted)], axis=-1)
            for of in (labelled, np.broadcast_to(labelled[0], labelled.shape))
        )
        share = labelled / labelled[0]
    return RiskCoverage(thresholds, beats / len(labels), wrong / beats, answers.classes, share, left_out, missed)


def ideal_area(beats: int, wrong: int) -> float:
    """The least area there can be: no two margins are equal, and wrong beats have the lowest."""
    answered = np.arange(1, beats + 1)
    return float((np.maximum(answered - (beats - wrong), 0) / answered).mean())


def at_risks(curve: RiskCoverage) -> list[dict[str, Any]]:
    """For each of `RISKS`, what the curve's own lowest threshold with no more error gives: not to be chosen by."""
    places = {risk: curve.lowest(risk) for risk in RISKS}
    return [{"risk": risk, **_point(curve, place)} for risk, place in places.items()]


def chosen(validation: RiskCoverage, test: RiskCoverage) -> list[dict[str, Any]]:
    """For each of `RISKS`, the lowest threshold that gives no more error on validation, and what it gives there and in
    the test. Where validation has none, there is no threshold.
    """
    rows = []
    for risk in RISKS:
        place = validation.lowest(risk)
        threshold = None if place is None else int(validation.thresholds[place])
        there = None if threshold is None else test.at(threshold)  # the test's next margin, if it has not this one
        told = {"validation": _point(validation, place), "test": _point(test, there)}
        rows.append({"risk": risk, "threshold": threshold, **told})
    return rows


def precision_recall(answers: Answers, label: int) -> dict[str, Any] | None:
    """The curve of one class against the others, by `Answers.evidence`, as scikit-learn has it; None without beats.

    ``recall`` is Se, ``precision`` +P; ``thresholds`` the least evidence that is taken for the class, one fewer than
    points: at the last one nothing is. ``average_precision`` is its step-wise area, ``share`` that of a guess.
    """
    from sklearn.metrics import average_precision_score, precision_recall_curve

    truth, evidence = answers.labels == label, answers.evidence(label)
    if not truth.any():
        return None
    precision, recall, thresholds = precision_recall_curve(truth, evidence, drop_intermediate=True)
    kept = thinned(recall)
    return {
        "average_precision": float(average_precision_score(truth, evidence)),
        "share": float(truth.mean()),
        "recall": recall[kept].tolist(),
        "precision": precision[kept].tolist(),
        "thresholds": thresholds[kept[kept < len(thresholds)]].tolist(),
    }


def reliability(answers: Answers, label: int) -> list[dict[str, Any]]:
    """How often answers with a class are right, by their margin: bins of about as many beats each, ascending.

    ``low`` and ``high`` are margins, both in the bin; equal ones are in one bin.
    """
    mine = answers.predictions == label
    margins, right = answers.margins[mine], (answers.labels == label)[mine]
    bins = min(BINS, len(margins) // FEWEST)
    inner = np.arange(1, bins) / max(bins, 1)
    edges = np.unique(np.quantile(margins, inner, method="higher")) if len(inner) else inner
    place = np.searchsorted(edges, margins, side="right")
    return [
        {
            "low": int(margins[place == k].min()),
            "high": int(margins[place == k].max()),
            "beats": int((place == k).sum()),
            "right": float(right[place == k].mean()),
        }
        for k in np.unique(place)
    ]


def summary(answers: Answers, validation: Answers | None = None) -> dict[str, Any]:
    """All of it, for JSON. validation: other beats, to choose thresholds by; none of them is as None."""
    curve = risk_coverage(answers)
    classes, kept = list(answers.classes), thinned(curve.coverage)
    wrong = int((answers.labels != answers.predictions).sum())
    result = {
        "beats": len(answers.labels),
        "error": wrong / len(answers.labels),
        "area": curve.area,
        "area_ideal": ideal_area(len(answers.labels), wrong),
        "at_risks": at_risks(curve),
        "risk_coverage": {
            **{name: getattr(curve, name)[kept].tolist() for name in ("thresholds", "coverage", "error")},
            "per_class": {name: _class_curve(curve, kept, c) for c, name in enumerate(classes)},
        },
        "precision_recall": {name: precision_recall(answers, c) for c, name in enumerate(classes)},
        "reliability": {name: reliability(answers, c) for c, name in enumerate(classes)},
    }
    if validation and len(validation.labels):
        result["chosen_on_validation"] = chosen(risk_coverage(validation), curve)
    return result


def thinned(values: np.ndarray) -> np.ndarray:
    """Places of up to `POINTS` of some values that fall or rise, evenly over their range, both ends among them."""
    steps = np.linspace(values[0], values[-1], POINTS)
    falling = values[-1] < values[0]
    places = np.searchsorted(-values if falling else values, -steps if falling else steps)
    return np.unique(np.append(places, [0, len(values) - 1]))


def _point(curve: RiskCoverage, place: int | None) -> dict[str, Any]:
    """Of a threshold: itself, coverage, error, and how much of each class is answered. None of none."""
    if place is None:
        return dict.fromkeys(("threshold", "coverage", "error", "answered"))
    return {
        "threshold": int(curve.thresholds[place]),
        "coverage": float(curve.coverage[place]),
        "error": float(curve.error[place]),
        "answered": dict(zip(curve.classes, _list(curve.answered[place]), strict=True)),
    }


def _class_curve(curve: RiskCoverage, kept: np.ndarray, c: int) -> dict[str, Any]:
    """``answered``, and as ``left_out`` and ``missed`` each score, over the kept thresholds; None for NaN."""
    parts: Mapping[str, np.ndarray] = {"left_out": curve.left_out, "missed": curve.missed}
    scores = {name: {s: _list(part[kept, c, k]) for k, s in enumerate(SCORES)} for name, part in parts.items()}
    return {"answered": _list(curve.answered[kept, c]), **scores}


def _list(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
