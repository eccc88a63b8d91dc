"""The energy study to look at: networks beside break-even lines, where the energy goes, energy against accuracy."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sparrow_ecg.sim.energy.formulas import ARCHITECTURES
from sparrow_ecg.sim.report.energy_study import Found

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # slow to import, and only needed for the picture

Rows = Mapping[str, Mapping[str, Any]]  # of one set of data, by network: see `summary`

COLOURS = {"classical": "#8c510a", "spatial": "#2b7bba", "neuromorphic": "#5f9e6e", "SSF": "#54278f"}
GROUPS = {  # of operations, for the bars, each with its shade
    "weights": ("#2b7bba", ("weight_reads", "bias_reads", "tables")),
    "arithmetic": ("#d8912f", ("multiplies", "adds", "compares", "subtracts")),
    "state": ("#5f9e6e", ("state_reads", "state_writes")),
    "activations": ("#8c510a", ("activation_reads", "activation_writes")),
    "movement": ("#54278f", ("hops", "dram", "cycles")),
}
MARKERS = ("^", "o", "s")  # of IF, SSF, and the ANN without zero skip
TICKS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)  # sparsities
TIMES = (1, 2, 4, 8, 16, 32, 64)
SPARSEST = 0.004  # spikes a step at the upper edge; what needs fewer, or cannot win at all, is drawn there


def draw(found: Found) -> bytes:
    """A PNG: a column for each set of data."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sets: dict[str, dict[str, Any]] = {}
    for name, row in found["summary"].items():
        data, _, network = name.partition(" ")
        sets.setdefault(data, {})[network] = row
    figure = Figure(figsize=(2 + 6 * len(sets), 15), layout="constrained")
    panels = figure.subplots(3, len(sets), squeeze=False)
    for column, (data, rows) in zip(panels.T, sets.items(), strict=True):
        _lines(column[0], found, rows)
        _bars(column[1], rows)
        _accuracy(column[2], rows)
        column[0].set_title(f"{data}: above its line, IF takes less than the ANN that skips zeros", fontsize=10)
        column[1].set_title(f"{data}: where the energy goes, spatial, {found['technology']}", fontsize=10)
        column[2].set_title(f"{data}: energy against accuracy, means and deviations of seeds", fontsize=10)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()


def _lines(axes: Axes, found: Found, rows: Rows) -> None:
    """Spikes a step, from many below to few above: sparsity, with room where it matters."""
    for name, line in found["break_even"].items():
        times = [int(t) for t in line["here"]]
        axes.plot(times, [1 - each for each in line["here"].values()], color=COLOURS[name], label=f"{name}: VGG16")
    for name, row in rows.items():
        steps, spikes = sum(row["steps"]) / len(row["steps"]), 1 - row["sparsity"]
        axes.plot(steps, spikes, "k.")
        axes.annotate(name, (steps, spikes), (6, -3), textcoords="offset points", fontsize=8)
        for architecture in ARCHITECTURES:
            least = max(1 - row["needed"][architecture], SPARSEST)
            axes.plot(steps, least, "_", color=COLOURS[architecture], markersize=10, clip_on=False)
    axes.plot([], [], "k.", label="networks, IF: measured")
    axes.plot([], [], "k_", label="what each would need (at the edge: none would do)")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(TIMES, [str(t) for t in TIMES])
    axes.set_xlim(0.8, 120)
    axes.set_ylim(1, SPARSEST)
    axes.set_yticks([1 - tick for tick in TICKS], [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.set_xlabel("T, steps")
    axes.set_ylabel("sparsity of steps")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, loc="upper left")


def _bars(axes: Axes, rows: Rows) -> None:
    ticks, highest = [], 1.0
    for k, (name, row) in enumerate(rows.items()):
        base = next(iter(row["total_nj"].values()))
        for j, (kind, taken) in enumerate(row["nj"].items()):
            bottom, at = 0.0, 4 * k + j
            for group, (shade, names) in GROUPS.items():
                height = sum(taken.get(each, 0.0) for each in names) / base
                axes.bar(at, height, 0.9, bottom, color=shade, label=group if not (k or j) else None)
                bottom += height
            highest = max(highest, bottom)
            ticks.append((at, f"{name}, {kind}" if not j else kind))
    axes.set_xticks([at for at, _ in ticks], [text for _, text in ticks], rotation=90, fontsize=7)
    axes.set_ylabel("energy, IF = 1")
    axes.set_ylim(0, 1.2 * highest)
    axes.legend(fontsize=7, ncols=5, loc="upper center")


def _accuracy(axes: Axes, rows: Rows) -> None:
    from matplotlib import colormaps

    for k, (name, row) in enumerate(rows.items()):
        shade = colormaps["tab10"](k)
        if_, ssf = row["accuracy"].values()
        points = list(zip(row["total_nj"].values(), (if_, ssf, ssf), MARKERS, strict=True))
        line = [(x, 100 * right["mean"]) for x, right, _ in points]
        axes.plot(*zip(*line, strict=True), "-", color=shade, linewidth=0.8, label=name)
        for x, right, marker in points:
            off = 100 * (right["deviation"] or 0)
            axes.errorbar(x, 100 * right["mean"], off, fmt=marker, color=shade, markersize=5, linewidth=0.8)
    for kind, marker in zip(next(iter(rows.values()))["nj"], MARKERS, strict=True):
        axes.plot([], [], marker, color="black", label=kind)
    axes.set_xscale("log")
    axes.set_xlabel("nJ, spatial")
    axes.set_ylabel("test examples right, %")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, loc="best", ncols=2)
