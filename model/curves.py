"""How far answers can be trusted, to look at: what abstaining brings, and where each class is right."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from sparrow_ecg.model.metrics import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # slow to import, and only needed for the picture
    from matplotlib.figure import Figure

COLOURS = {"N": "#2a7f62", "S": "#1f5fa8", "V": "#b3261e", "F": "#8a4fbf", "other": "#777777"}
INK, PALE, CHOSEN = "#333333", "#999999", "#d95f02"
MARKERS = "osD^v"  # of chosen thresholds, by risk
RARE = ("S", "V")  # the classes that abstaining is judged by, beside all beats
COLUMNS = 2  # of a legend, below its panel


def table(found: Mapping[str, Any], title: str) -> Table:
    """For the terminal, of what `confidence.summary` gave with validation beats: each threshold that they chose, what
    it gave there, and what it gives in the test.
    """
    view = Table(title=title, title_justify="left")
    answered = "test\nanswered", *(f"\nof {name}" for name in RARE)
    for heading in ("\nrisk", "\nmargin ≥", "validation\nanswered", "\nwrong", *answered, "\nwrong"):
        view.add_column(heading, justify="right")
    for row in found["chosen_on_validation"]:
        there, test, threshold = row["validation"], row["test"], row["threshold"]
        by_class = test["answered"] or {}
        rates = [row["risk"], there["coverage"], there["error"], test["coverage"], *map(by_class.get, RARE)]
        risk, *others = map(percent, [*rates, test["error"]])
        view.add_row(risk, "-" if threshold is None else str(threshold), *others)
    return view


def draw(found: Mapping[str, Any], title: str) -> bytes:
    """A PNG of what `confidence.summary` gave."""
    png = io.BytesIO()
    picture(found, title).savefig(png, format="png", dpi=130)
    return png.getvalue()


def picture(found: Mapping[str, Any], title: str) -> Figure:
    """Four panels: error and scores over coverage, precision over recall, and how often answers are right."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 10), layout="constrained")
    FigureCanvasAgg(figure)
    panels = {
        "What abstaining brings: error of the beats that are answered": _error,
        "What abstaining costs: S and V": _scores,
        "Each class against the others: precision over recall": _precision,
        "How often an answer is right, in tenths by margin": _right,
    }
    for axes, (told, panel) in zip(figure.subplots(2, 2).flat, panels.items(), strict=True):
        panel(axes, found)
        axes.set_title(told, fontsize=11, color=INK, loc="left")
        axes.grid(color="#e4e4e4", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        handles = axes.get_legend_handles_labels()[0]
        axes.legend(
            handles=handles, frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=COLUMNS
        )
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, color=INK)
    return figure


def _error(axes: Axes, found: Mapping[str, Any]) -> None:
    curve = found["risk_coverage"]
    axes.plot(_percent(curve["coverage"]), _percent(curve["error"]), color=INK, label="beats of least margin left out")
    axes.axhline(100 * found["error"], color=PALE, linestyle=":", label="beats left out at random")
    for marker, row in zip(MARKERS, found.get("chosen_on_validation", ()), strict=False):
        if row["threshold"] and row["test"]["coverage"] is not None:  # it leaves some beats out, and not all
            at = 100 * row["test"]["coverage"], 100 * row["test"]["error"]
            label = f"margin ≥ {row['threshold']} ({100 * row['risk']:g} % wrong in validation)"
            axes.plot(*at, marker, color=CHOSEN, markersize=7, linestyle="none", label=label)
    axes.set_xlabel("beats answered, % of all")
    axes.set_ylabel("wrong, % of the beats answered")
    axes.set_xlim(0, 101)
    axes.set_ylim(bottom=0)


def _scores(axes: Axes, found: Mapping[str, Any]) -> None:
    curve = found["risk_coverage"]
    coverage = _percent(curve["coverage"])
    lines = {
        "F1 of the beats answered": (lambda scores: scores["left_out"]["F1"], "-", 1.6),
        "F1, where beats not answered are missed": (lambda scores: scores["missed"]["F1"], "--", 1.6),
        "answered, % of the class": (lambda scores: scores["answered"], ":", 1.2),
    }
    for name in (name for name in RARE if name in curve["per_class"]):
        for values, style, width in lines.values():
            axes.plot(coverage, _percent(values(curve["per_class"][name])), style, color=COLOURS[name], linewidth=width)
        axes.plot([], [], color=COLOURS[name], linewidth=5, label=name)
    for told, (_, style, width) in lines.items():
        axes.plot([], [], style, color=INK, linewidth=width, label=told)
    _in_percent(axes, "beats answered, % of all", "%")


def _in_percent(axes: Axes, across: str, up: str) -> None:
    """Both axes from 0 to 100, with their labels."""
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xlim(0, 101)
    axes.set_ylim(0, 101)


def _precision(axes: Axes, found: Mapping[str, Any]) -> None:
    for name, curve in found["precision_recall"].items():
        if curve is None:
            continue
        colour = COLOURS.get(name, PALE)
        label = f"{name}: average precision {curve['average_precision']:.2f} (a guess: {curve['share']:.2f})"
        axes.plot(_percent(curve["recall"]), _percent(curve["precision"]), color=colour, label=label)
        works = found["risk_coverage"]["per_class"][name]["left_out"]  # the first is of all beats
        axes.plot(_percent(works["Se"][:1]), _percent(works["+P"][:1]), "o", color=colour, markersize=6)
    axes.plot([], [], "o", color=PALE, label="as the chip answers")
    _in_percent(axes, "recall (Se), %", "precision (+P), %")


def _right(axes: Axes, found: Mapping[str, Any]) -> None:
    for name, bins in found["reliability"].items():
        if not bins:
            continue
        middle = [(each["low"] + each["high"]) / 2 for each in bins]
        label = f"answered {name}: {sum(each['beats'] for each in bins):,} beats"
        right = _percent([each["right"] for each in bins])
        axes.plot(middle, right, "o-", color=COLOURS.get(name, PALE), markersize=4, linewidth=1.2, label=label)
    axes.set_xlabel("margin: highest output potential less the second highest")
    axes.set_ylabel("right, % of the answers with the class")
    axes.set_xlim(left=0)
    axes.set_ylim(0, 101)


def _percent(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else 100 * value for value in values]
