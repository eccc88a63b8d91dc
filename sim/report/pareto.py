"""The design space on the screen, on disk, and as a picture: accuracy and area against average power."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.gates.energy.average import HEART_HZ
from sparrow_ecg.sim.studies.front import average_nw

if TYPE_CHECKING:
    from matplotlib.figure import Figure  # slow to import, and only needed for the picture

    from sparrow_ecg.sim.studies.pareto import Explored

KINDS = {  # of core: colour and marker
    "tree": ("#1b9e77", "D"),
    "serial, ROM": ("#386cb0", "o"),
    "serial, RAM": ("#7570b3", "s"),
    "serial, ROM, IF": ("#d95f02", "^"),
    "serial, RAM, IF": ("#a6761d", "<"),
    "mac": ("#e7298a", "v"),
}
INK = "#333333"
ACCURACIES = (98.29, 99.2)  # that are asked for, %
# SparrowSNN in 22 nm, nW and % (S. Chu, doctoral thesis): 31.39 nJ an inference, what leaks between two not told
PUBLISHED = (31.39 * HEART_HZ, 98.29)


def show(found: Explored) -> None:
    out.print(_table(found))
    out.print(
        f"{len(found.front)} points on the front of accuracy and average power (*),"
        f" {len(found.wide)} with area besides (+)"
    )


def write(found: Explored, folder: Path) -> None:
    """``pareto-<pdk>.json`` and the picture, ``pareto-<pdk>.png``. There must be a point."""
    how, done = found.how, found.done
    table = {
        "measurement": vars(how),
        "sources": done[0]["sources"],
        "front": [result["key"] for result in found.front],
        "front_with_area": [result["key"] for result in found.wide],
        "points": sorted(done, key=average_nw),
        "failed": found.failed,
    }
    name = f"pareto-{how.pdk}"
    title = f"{len(done)} design points on {how.pdk} {done[0]['corner']}, {how.beats} test beats each"
    out.print(f"wrote {write_atomic(folder / f'{name}.json', json.dumps(table, indent=1) + chr(10))}")
    out.print(f"wrote {write_atomic(folder / f'{name}.png', draw(found, title))}")


def _table(found: Explored) -> Table:
    table = Table("", "network", "core")
    for column in ("accuracy", "nW", "nJ active", "cycles", "um2"):
        table.add_column(column, justify="right", no_wrap=True)
    starred, plus = ({result["key"] for result in front} for front in (found.front, found.wide))
    for result in sorted(found.done, key=average_nw):
        table.add_row(
            "*" if result["key"] in starred else "+" if result["key"] in plus else "",
            result["point"]["network"],
            result["point"]["core"],
            f"{result['accuracy']:.2%}",
            f"{average_nw(result):.2f}",
            f"{result['energy_per_beat_nj']:.3f}",
            f"{result['cycles_per_beat']:.1f}",
            f"{result['area_um2']:,.0f}",
            style="bold" if result["key"] in starred else None,
        )
    return table


def kind(config: Mapping[str, Any]) -> str:
    """The datapath, and which weights and neurons it was given, where it has a choice."""
    words = [config["datapath"], *(config[name].upper() for name in ("weights", "neuron") if name in config)]
    return ", ".join(word for word in words if word != "SSF")


def draw(found: Explored, title: str) -> bytes:
    """A PNG."""
    png = io.BytesIO()
    picture(found, title).savefig(png, dpi=160)
    return png.getvalue()


def picture(found: Explored, title: str) -> Figure:
    """Each result is a point; hollow ones have clocks that run all the time; lines are the fronts."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for name, (colour, marker) in KINDS.items():
        for gated in (True, False):
            some = [
                r for r in found.done if (kind(r["point"]["config"]), r["point"]["clock_gates"] > 0) == (name, gated)
            ]
            if not some:
                continue
            powers = [average_nw(r) for r in some]
            style = {
                "s": 38,
                "marker": marker,
                "edgecolors": colour,
                "facecolors": colour if gated else "none",
                "alpha": 0.85,
                "linewidths": 1.1,
                "label": name + ("" if gated else ", no clock gates"),
                "zorder": 3,
            }
            left.scatter(powers, [100 * r["accuracy"] for r in some], **style)
            right.scatter(powers, [r["area_um2"] * 1e-6 for r in some], **style)
    _accuracies(left, found)
    _areas(right, found.areas)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlabel("average power at 75 beats a minute, all in, nW")
        axes.grid(which="major", color="#dddddd", linewidth=0.7)
        axes.grid(which="minor", color="#eeeeee", linewidth=0.4)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        decades(axes.xaxis)
        axes.tick_params(labelsize=8)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    figure.suptitle(title, color=INK, fontsize=11)
    return figure


def _accuracies(axes: Any, found: Explored) -> None:
    best = found.front
    powers, accuracies = [average_nw(r) for r in best], [100 * r["accuracy"] for r in best]
    end = max([PUBLISHED[0], *map(average_nw, found.done)]) * 1.2
    axes.step([*powers, end], [*accuracies, accuracies[-1]], where="post", color=INK, linewidth=1, zorder=2)
    for accuracy in ACCURACIES:
        axes.axhline(accuracy, color="#999999", linewidth=0.8, linestyle=":", zorder=1)
        axes.annotate(
            f"{accuracy:g} %", (1, accuracy), xycoords=("axes fraction", "data"), ha="right", va="top",
            fontsize=8, color="#777777", path_effects=_halo(),
        )  # fmt: skip
    axes.plot(*PUBLISHED, marker="*", markersize=13, color="#b2182b", linestyle="none", zorder=4)
    axes.annotate(
        "SparrowSNN, 22 nm,\nactive alone", PUBLISHED, xytext=(0, 9), textcoords="offset points", fontsize=8,
        ha="center", color="#b2182b", path_effects=_halo(),
    )  # fmt: skip
    axes.margins(x=0.08, y=0.12)
    axes.set_xscale("log")
    _name(axes, [(average_nw(r), 100 * r["accuracy"], r["point"]["network"]) for r in best], up=True)
    axes.set_ylabel("accuracy on all test beats, %")
    axes.set_title("Accuracy and power", fontsize=10, color=INK)


def _areas(axes: Any, best: Sequence[dict[str, Any]]) -> None:
    powers, areas = [average_nw(r) for r in best], [r["area_um2"] * 1e-6 for r in best]
    axes.step(powers, areas, where="post", color=INK, linewidth=1, zorder=2)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(x=0.08, y=0.15)
    names = [(power, area, r["point"]["core"]) for power, area, r in zip(powers, areas, best, strict=True)]
    _name(axes, names, up=False)
    decades(axes.yaxis)
    axes.set_ylabel("area of cells, mm$^2$")
    axes.set_title("Area and power", fontsize=10, color=INK)


def decades(axis: Any) -> None:
    """Plain numbers at 1, 2 and 5 of each decade of a logarithmic axis."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_minor_formatter(NullFormatter())


def _name(axes: Any, points: Sequence[tuple[float, float, str]], up: bool) -> None:
    """Names beside the points of a front, on the side where no design is: to the left, and up, or down, by at least a
    line from the one before, so that neither the front nor another name runs through any.
    """
    axes.set_xlim(left=axes.get_xlim()[0] / 8)  # room for them
    line, sign, last = 9.0, 1 if up else -1, -inf  # points
    for power, value, name in sorted(points, key=lambda point: sign * point[1]):
        at = axes.transData.transform((power, value))[1] * 72 / axes.figure.dpi
        last = max(sign * at, last + line)
        axes.annotate(
            name, (power, value), xytext=(-7, sign * last - at), textcoords="offset points", fontsize=7.5, color=INK,
            ha="right", va="center", path_effects=_halo(),
        )  # fmt: skip


def _halo() -> list[Any]:
    """White around letters, for those that lie on a line of the grid."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.5, foreground="white")]
