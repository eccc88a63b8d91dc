"""All scores of a classification in one table: of all beats, without the records on which much hangs, by record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sparrow_ecg.model.metrics import LEFT_OUT, percent, without


def views(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The scores that a result has: gross, without each of `LEFT_OUT`, and the average of its records."""
    left_out = {f"without {name}": result[without(name)] for name in LEFT_OUT if without(name) in result}
    average = {"average": result["average"]} if "average" in result else {}
    return {"gross": result, **left_out, **average}


def flat(scores: Mapping[str, Any]) -> dict[str, Any]:
    """By one name each, "accuracy", "N Se" and so on: the scores of a view, or their intervals."""
    by_class = scores["per_class"].items()
    return {
        "accuracy": scores["accuracy"],
        **{f"{name} {column}": row[column] for name, row in by_class for column in row if column != "count"},
    }


def table(result: Mapping[str, Any], title: str) -> Table:
    """For the terminal: a row a score, a column a view, beside gross its 95 % interval over patients.

    result: as of `by_record.evaluate`.
    """
    columns = {name: {key: percent(value) for key, value in flat(view).items()} for name, view in views(result).items()}
    intervals = {key: between(*ends) for key, ends in flat(result["interval"]).items()}
    view = Table(title=title, title_justify="left")
    view.add_column("score")
    for heading in ("gross", "95 % interval", *list(columns)[1:]):
        view.add_column(heading, justify="right")
    for key, gross in columns["gross"].items():
        view.add_row(key, gross, intervals[key], *(column[key] for column in list(columns.values())[1:]))
    return view


def between(low: float | None, high: float | None) -> str:
    """An interval as it is shown; one of nothing is "-"."""
    return "-" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}%"
