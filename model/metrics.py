"""How good a classification is: over all, per class, and how much of it hangs on who the patients were.

About nine beats of MIT-BIH in ten are N, so that accuracy alone says little: the sensitivity (Se) and the
positive predictivity (+P) of each class go with it, as in ANSI/AAMI EC57, and F1, their harmonic mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table

from sparrow_ecg.model.errors import InputError

SCORES = ("Se", "+P", "F1")
SHARED_PERSON = ("201", "202")  # two records of one person; every other record has its own
# Records on which much of a score between patients hangs, so that it is told without each, too: the person of 202 has a
# record that trains, 201; 232 has three quarters of the S beats that test.
LEFT_OUT = ("202", "232")


def evaluate(
    labels: np.ndarray, predictions: np.ndarray, classes: Sequence[str], records: np.ndarray | None = None
) -> dict[str, Any]:
    """Scores of ``predictions`` against ``labels``, both int[n], as a dict for JSON.

    classes: of the data set; ``labels`` are indices into them. A prediction beyond them, of a network that knows more,
             is wrong: it counts in every score of its label, and ``others`` says how many each class lost so, if any.
    records: str[n], the record of each beat. With it come 95 % intervals by `bootstrap`, and as ``without_<record>``
             the same without each of `LEFT_OUT`, if it is among them and not alone.
    The rows of the confusion matrix are labels. A score of nothing (0 of 0) is None. No beats are refused.
    """
    if not len(labels):
        raise InputError("no beats to score: choose other records, or another split")
    result = score(labels, predictions, classes)
    if records is None:
        return result
    result["interval"] = bootstrap(labels, predictions, classes, records)
    for name in LEFT_OUT:
        rest = records != name
        if not rest.all() and rest.any():
            some = labels[rest], predictions[rest], classes
            result[without(name)] = {**score(*some), "interval": bootstrap(*some, records[rest])}
    return result


def without(record: str) -> str:
    """Where `evaluate` puts the scores without a record."""
    return f"without_{record}"


def score(labels: np.ndarray, predictions: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """As `evaluate`, but for what needs records; also of no beats."""
    confusion = _confusion(labels, predictions, len(classes))
    accuracy, scores = _scores(confusion)
    result: dict[str, Any] = {
        "beats": len(labels),
        "accuracy": _number(float(accuracy)),
        "classes": list(classes),
        "confusion": confusion[:, :-1].tolist(),
        "per_class": {
            name: {"count": int(row.sum()), **dict(zip(SCORES, map(_number, values), strict=True))}
            for name, row, values in zip(classes, confusion, scores, strict=True)
        },
    }
    if confusion[:, -1].any():
        result["others"] = confusion[:, -1].tolist()
    return result


def bootstrap(
    labels: np.ndarray,
    predictions: np.ndarray,
    classes: Sequence[str],
    records: np.ndarray,
    draws: int = 2000,
    seed: int = 0,
) -> dict[str, Any]:
    """The 95 % interval [low, high] of each score, when as many patients are drawn again, with replacement.

    predictions: int[n], or int[networks, n]: the scores are their means over the networks then, as in `seeds.spread`.
    Percentiles over the draws in which a score is defined; [None, None] where there are none.
    """
    patients = np.where(np.isin(records, SHARED_PERSON), SHARED_PERSON[0], records)
    names = np.unique(patients)
    often = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), draws)
    each = [
        _scores(np.tensordot(often, _confusions(labels, answers, len(classes), patients, names), axes=1))
        for answers in np.atleast_2d(predictions)
    ]
    accuracy, scores = (_mean(np.stack(values)) for values in zip(*each, strict=True))
    return {
        "patients": len(names),
        "draws": draws,
        "accuracy": _interval(accuracy),
        "per_class": {
            name: {score: _interval(scores[:, row, column]) for column, score in enumerate(SCORES)}
            for row, name in enumerate(classes)
        },
    }


def table(result: dict[str, Any], title: str) -> Table:
    """What `evaluate` gave, for the terminal: the confusion matrix, and the scores of each class."""
    view = Table(title=f"{title}: {percent(result['accuracy'])} of {result['beats']} beats", title_justify="left")
    others = [[count] for count in result.get("others", ())] or [[]] * len(result["classes"])
    predicted = [*result["classes"], *["others"][: len(others[0])]]
    for heading in ("beat", *(f"as {name}" for name in predicted), *SCORES):
        view.add_column(heading, justify="right")
    for (name, scores), row, lost in zip(result["per_class"].items(), result["confusion"], others, strict=True):
        view.add_row(name, *map(str, [*row, *lost]), *(percent(scores[score]) for score in SCORES))
    return view


def _confusion(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """int64[classes, classes + 1], label by prediction; the last column is for every prediction beyond the classes."""
    confusion = np.zeros((classes, classes + 1), np.int64)
    np.add.at(confusion, (labels, np.minimum(predictions, classes)), 1)
    return confusion


def _confusions(
    labels: np.ndarray, predictions: np.ndarray, classes: int, groups: np.ndarray, names: np.ndarray
) -> np.ndarray:
    """A `_confusion` for the beats of each group in ``names``: int64[names, classes, classes + 1]."""
    return np.stack([_confusion(labels[groups == name], predictions[groups == name], classes) for name in names])


def _mean(values: np.ndarray) -> np.ndarray:
    """Over the first axis, of what is defined; NaN where nothing is."""
    defined = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(defined, values, 0).sum(axis=0) / defined.sum(axis=0)


def _scores(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Accuracy, float[...], and `SCORES`, float[..., classes, 3], of confusions as of `_confusion`; NaN for 0 of 0."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    labelled, predicted = confusion.sum(-1), confusion[..., :-1].sum(-2)
    with np.errstate(invalid="ignore"):
        accuracy = hits.sum(-1) / labelled.sum(-1)
        scores = hits / labelled, hits / predicted, 2 * hits / (labelled + predicted)
    return accuracy, np.stack(scores, axis=-1)


def _interval(values: np.ndarray) -> list[float | None]:
    defined = values[~np.isnan(values)]
    return [_number(np.percentile(defined, at)) if len(defined) else None for at in (2.5, 97.5)]


def _number(value: float) -> float | None:
    """A float that JSON has; it has no NaN."""
    return None if np.isnan(value) else float(value)


def percent(value: float | None) -> str:
    """A score as it is shown; one of nothing is "-"."""
    return "-" if value is None else f"{value:.2%}"
