"""What `ec57.score` gave, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.table import Table

SHOWN = [(name, score) for name in ("QRS", "VEB", "SVEB") for score in ("Se", "+P")]  # the JSON has all


def table(result: Mapping[str, Any], title: str) -> Table:
    """A row a record, if there are some, then all beats together (gross), then the average of the records, in %.

    right: the accuracy from end to end: a missed beat is wrong, an extra one too.
    near:  of the annotated peaks that were detected, those within as many samples.
    """
    bare: dict[str, Any] = {"box": box.SIMPLE_HEAD, "show_edge": False, "padding": 0}  # 80 columns hold it so
    view = Table(title=f"{title}, in %", title_justify="left", **bare)
    view.add_column("record", no_wrap=True)
    scored = (f"{name}\n{score}" for name, score in SHOWN)
    for heading in ("beats", "missed", "extra", "right", *scored, f"near\n±{result['within_samples']}"):
        view.add_column(heading, justify="right", no_wrap=True)
    for name, record in result.get("records", {}).items():
        view.add_row(name, *_counts(record), *_scores(record))
    view.add_section()
    view.add_row("gross", *_counts(result), *_scores(result))
    view.add_row("average", "", "", "", *_scores(result["average"]))
    return view


def _counts(result: Mapping[str, Any]) -> list[str]:
    return [str(result[name]) for name in ("beats", "missed", "extra")]


def _scores(result: Mapping[str, Any]) -> list[str]:
    values = [result["accuracy"], *(result[name][score] for name, score in SHOWN), result["peak_within"]["all"]]
    return ["-" if value is None else f"{100 * value:.2f}"[:5] for value in values]
