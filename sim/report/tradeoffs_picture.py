"""SNN against quantised ANN, as a picture: what T, weight bits and the kind of neuron bring and cost."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from sparrow_ecg.sim.energy.technologies import PAPER_V1, PAPER_V2
from sparrow_ecg.sim.report.pareto import INK, decades
from sparrow_ecg.sim.studies.tradeoffs import COST, Tradeoffs, Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # slow to import, and only needed for the picture

SHADES = ("#8c510a", "#d8912f", "#5f9e6e", "#2b7bba", "#54278f")  # of T, from the shortest
STYLES = {"if": ("IF", "#d95f02", "^"), "ssf": ("SSF and ANN", "#1b6e9e", "o"), "dense": ("dense ANN", "#555555", "s")}


def draw(found: Tradeoffs) -> bytes:
    """A PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 9), layout="constrained")
    FigureCanvasAgg(figure)
    panels = {
        "Accuracy of SSF, and of the ANN that it equals": _accuracy,
        "What IF loses by its order of firing": _losses,
        "Sparsity of spikes that IF has, and that it would need": _sparsity,
        "Energy of a beat by formula": _formula,
        "Accuracy and energy by formula": _front,
        "Accuracy and energy in gates, seed 0": _gates,
    }
    for axes, (title, panel) in zip(figure.subplots(2, 3).flat, panels.items(), strict=True):
        panel(axes, found)
        axes.set_title(title, fontsize=10, color=INK)
        axes.grid(color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
        axes.legend(fontsize=8, frameon=False)
    shape = "-".join(map(str, found.cells[found.recommended].networks[0].shape))
    figure.suptitle(
        f"{shape}, {found.how.split}: mean and deviation of {found.grid.seeds} seeds on the test beats",
        fontsize=11,
        color=INK,
    )
    png = io.BytesIO()
    figure.savefig(png, dpi=110)
    return png.getvalue()


def _points(cells: Sequence[Trained], *where: Any, scale: float = 1.0) -> dict[str, Any]:
    """Heights and error bars of a line: mean and deviation over seeds."""
    values = [[scale * value for value in cell.each(*where)] for cell in cells]
    return {"y": [fmean(each) for each in values], "yerr": [stdev(each) for each in values]}


def _line(axes: Axes, x: Sequence[float], points: Mapping[str, Any], **style: Any) -> None:
    axes.errorbar(x, **points, **{"marker": "o", "markersize": 4, "linewidth": 1.2, "capsize": 2, **style})


def _time(axes: Axes, found: Tradeoffs) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xticks(found.grid.steps, [f"{steps:g}" for steps in found.grid.steps])
    axes.set_xlabel("time window T")


def _accuracy(axes: Axes, found: Tradeoffs) -> None:
    for steps, colour in zip(found.grid.steps, SHADES, strict=False):
        cells = [found.cells[steps, bits] for bits in found.grid.weight_bits]
        points = _points(cells, "accuracy", "test", "ssf", scale=100)
        _line(axes, found.grid.weight_bits, points, color=colour, label=f"T = {steps}, {steps.bit_length()}-bit ANN")
    axes.set_xlabel("bits of a weight")
    axes.set_ylabel("test accuracy, %")


def _losses(axes: Axes, found: Tradeoffs) -> None:
    for bits, colour in zip(_some(found.grid.weight_bits), (SHADES[0], SHADES[2], SHADES[4]), strict=False):
        cells = [found.cells[steps, bits] for steps in found.grid.steps]
        for neuron, style, words in (("if", "-", ""), ("if_spread", "--", ", biases step by step")):
            points = _points(cells, "lost", neuron, scale=100)
            _line(axes, found.grid.steps, points, color=colour, linestyle=style, label=f"{bits} bits{words}")
    _time(axes, found)
    axes.set_ylabel("accuracy of SSF less that of IF, points")


def _some(choices: Sequence[int]) -> Sequence[int]:
    """The lowest, one in the middle, the highest."""
    return sorted({choices[0], choices[len(choices) // 2], choices[-1]})


def _sparsity(axes: Axes, found: Tradeoffs) -> None:
    """Of the first hidden layer, whose spikes go into the second."""
    bits = _some(found.grid.weight_bits)[len(_some(found.grid.weight_bits)) // 2]
    cells = [found.cells[steps, bits] for steps in found.grid.steps]
    points = _points([*cells], "sparsity", "if", "1", scale=100)
    _line(axes, found.grid.steps, points, color=STYLES["if"][1], label=f"has, {bits} bits")
    for table, style in ((PAPER_V1, ":"), (PAPER_V2, "--")):
        points = _points([*cells], "breakeven", table.name, scale=100)
        _line(axes, found.grid.steps, points, color=INK, linestyle=style, marker="", label=f"needs, {table.name}")
    _time(axes, found)
    axes.set_ylabel("sparsity, %")


def _formula(axes: Axes, found: Tradeoffs) -> None:
    bits = _some(found.grid.weight_bits)[len(_some(found.grid.weight_bits)) // 2]
    cells = [found.cells[steps, bits] for steps in found.grid.steps]
    for style, (words, colour, marker) in STYLES.items():
        for architecture, dashes in (("spatial", "-"), ("neuromorphic", "--")):
            points = _points(cells, "energy_pj", COST[1], style, architecture, scale=1e-3)
            words_of = f"{words}, {architecture}"
            _line(axes, found.grid.steps, points, color=colour, marker=marker, linestyle=dashes, label=words_of)
    _time(axes, found)
    axes.set_yscale("log")
    axes.set_ylabel(f"nJ, {bits}-bit weights, {COST[1]}")


def _front(axes: Axes, found: Tradeoffs) -> None:
    """Each cell with SSF, and with IF, hollow; lines go from few weight bits to many."""
    for steps, colour in zip(found.grid.steps, SHADES, strict=False):
        for neuron, face in (("ssf", colour), ("if", "none")):
            cells = [found.cells[steps, bits] for bits in found.grid.weight_bits]
            x = [fmean(cell.each(*COST[:2], neuron, COST[3])) * 1e-3 for cell in cells]
            y = _points(cells, "accuracy", "test", neuron, scale=100)["y"]
            label = f"T = {steps}" if neuron == "ssf" else None
            axes.scatter(x, y, s=24, facecolors=face, edgecolors=colour, label=label, zorder=3)
            axes.plot(x, y, color=colour, linewidth=0.8, alpha=0.6 if neuron == "ssf" else 0.15)
    _nanojoules(axes, f"nJ, {COST[1]}, {COST[3]}; hollow: IF")


def _gates(axes: Axes, found: Tradeoffs) -> None:
    colours = dict(zip(found.grid.steps, SHADES, strict=False))
    kinds = {"tree": ("D", "tree"), "ssf": ("o", "serial, SSF"), "if": ("^", "serial, IF"), "dense": ("s", "dense ANN")}
    for result in found.gates:
        point, config = result["point"], result["point"]["config"]
        kind = "tree" if config["datapath"] == "tree" else config["neuron"] if config["zero_skip"] else "dense"
        at = result["energy_per_beat_nj"], 100 * result["accuracy"]
        axes.scatter(*at, s=26, marker=kinds[kind][0], color=colours[point["steps"]], zorder=3)
        _number(axes, point["weight_bits"], at, INK)
    for marker, words in kinds.values():
        axes.scatter([], [], s=26, marker=marker, color=INK, label=words)
    for steps in dict.fromkeys(result["point"]["steps"] for result in found.gates):
        axes.scatter([], [], s=26, color=colours[steps], label=f"T = {steps}")
    _nanojoules(axes, f"nJ, {found.how.pdk}; numbers: bits of a weight")


def _nanojoules(axes: Axes, words: str) -> None:
    axes.set_xscale("log")
    decades(axes.xaxis)
    axes.set_xlabel(words)
    axes.set_ylabel("test accuracy, %")


def _number(axes: Axes, bits: int, at: Any, colour: str) -> None:
    axes.annotate(str(bits), at, xytext=(4, 2), textcoords="offset points", fontsize=6.5, color=colour)
