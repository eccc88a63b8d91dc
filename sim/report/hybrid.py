"""Hybrid and rate-coded first layers, on the screen and for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from rich.table import Table

from sparrow_ecg.model.seeds import plus_minus
from sparrow_ecg.sim.energy.technologies import PAPER_V2
from sparrow_ecg.sim.report.tradeoffs import spread
from sparrow_ecg.sim.studies.hybrid import BASE, SPLIT, STYLES


def as_dict(results: Sequence[Mapping[str, Any]], exact: Mapping[str, int]) -> dict[str, Any]:
    """JSON-ready: by T and style, each figure as of `spread`. exact: as of `through_rtl`."""
    windows = sorted({each["steps"] for each in results})
    return {
        "network": BASE,
        "split": SPLIT,
        "seeds": sorted({each["seed"] for each in results}),
        "windows": {
            str(steps): {
                style: spread([each["styles"][style] for each in results if each["steps"] == steps]) for style in STYLES
            }
            for steps in windows
        },
        "rtl_mismatched_beats": dict(exact),
    }


def table(found: Mapping[str, Any]) -> Table:
    """A row for each T and style."""
    price = PAPER_V2.name
    title = f"{BASE}, {SPLIT}, {len(found['seeds'])} seeds; a beat on the serial core; nJ by formula, {price}, spatial"
    view = Table(title=title, title_justify="left")
    for heading in ("T", "first layer, neuron", "right, %", "cycles", "weights read", "nJ", "of the first layer"):
        view.add_column(heading, justify="left" if heading.startswith("first") else "right")
    for steps, styles in found["windows"].items():
        for style, row in styles.items():
            means = [fmean(row[name]["each"]) for name in ("cycles", "weight_reads")]
            view.add_row(
                *(steps, style, plus_minus(row["accuracy"]), *(f"{mean:.0f}" for mean in means)),
                *(f"{fmean(row[name][price]['each']) / 1000:.3f}" for name in ("pj", "first_pj")),
            )
        view.add_section()
    return view
