"""How good a classification is in each record, and on the average of the records: what a sum over all beats hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from sparrow_ecg.model import metrics
from sparrow_ecg.model.metrics import SCORES, percent, score

SHOWN = [(name, column) for name in ("V", "S") for column in ("Se", "+P")]  # in the table; the JSON has all


def evaluate(
    labels: np.ndarray, predictions: np.ndarray, classes: Sequence[str], records: np.ndarray, names: Sequence[str]
) -> dict[str, Any]:
    """What `metrics.evaluate` gives for beats of records, with ``average`` and ``records``, those in ``names``."""
    each = by_record(labels, predictions, classes, records, names)
    gross = metrics.evaluate(labels, predictions, classes, records)
    return {**gross, "average": average(each), "records": each}


def by_record(
    labels: np.ndarray, predictions: np.ndarray, classes: Sequence[str], records: np.ndarray, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What `metrics.score` gives for the beats of each record in ``names``; of one without beats, None.

    labels, predictions: int[n], as in `metrics.evaluate`. records: str[n], the record of each beat.
    """
    return {name: score(labels[records == name], predictions[records == name], classes) for name in names}


def average(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of each score over the records in which it is one; None where it is in no record."""
    first = next(iter(results.values()))
    return {
        "accuracy": _mean([result["accuracy"] for result in results.values()]),
        "per_class": {
            name: {
                column: _mean([result["per_class"][name][column] for result in results.values()]) for column in SCORES
            }
            for name in first["classes"]
        },
    }


def table(result: Mapping[str, Any], leads: Mapping[str, str], title: str) -> Table:
    """What `evaluate` gave, for the terminal: a row a record, then all beats together (gross), then the average."""
    view = Table(title=title, title_justify="left")
    for heading in ("record", "lead"):
        view.add_column(heading)
    for heading in ("beats", "accuracy", *(f"{name} {column}" for name, column in SHOWN)):
        view.add_column(heading, justify="right")
    for name, record in result["records"].items():
        view.add_row(name, leads[name], str(record["beats"]), *_scores(record))
    view.add_section()
    view.add_row("gross", "", str(result["beats"]), *_scores(result))
    view.add_row("average", "", "", *_scores(result["average"]))
    return view


def _scores(result: Mapping[str, Any]) -> list[str]:
    return [percent(result["accuracy"]), *(percent(result["per_class"][name][column]) for name, column in SHOWN)]


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None
