"""The energy study to read and to look at: break-even lines, measured networks, where the energy goes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sparrow_ecg.sim.energy.breakeven import PUBLISHED_STEPS
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES

COLOURS = {"classical": "#8c510a", "spatial": "#2b7bba", "neuromorphic": "#5f9e6e", "SSF": "#54278f"}
GROUPS = {  # of operations, for the bars
    "weights": ("weight_reads", "bias_reads", "tables"),
    "arithmetic": ("multiplies", "adds", "compares", "subtracts"),
    "state": ("state_reads", "state_writes"),
    "activations": ("activation_reads", "activation_writes"),
    "movement": ("hops", "dram", "cycles"),
}


def break_even(found: Mapping[str, Any]) -> Table:
    """For the terminal: the lines of VGG16."""
    title = (
        f"VGG16: sparsity of steps above which an SNN takes less than the ANN, published / here ({found['technology']})"
    )
    view = Table(title=title)
    view.add_column("T", justify="right")
    for name, line in found["break_even"].items():
        view.add_column(name if line["published"] else f"{name} (ours)", justify="right")
    for t in PUBLISHED_STEPS:
        cells = []
        for line in found["break_even"].values():
            published = f"{line['published'][t]:.3f} / " if line["published"] else ""
            cells.append(f"{published}{line['here'][t]:.3f}")
        view.add_row(str(t), *cells)
    return view


def places(found: Mapping[str, Any]) -> Table:
    """For the terminal: on which side networks lie."""
    view = Table(title="Measured on test beats: how sparse IF is, and how sparse it would have to be")
    for heading in ("network", "T", "counts not 0", "sparsity", *ARCHITECTURES, "IF wins"):
        view.add_column(heading, justify="left" if heading == "network" else "right")
    for row in found["networks"]:
        needed = [row["needed"][name] for name in ARCHITECTURES]
        wins = [name for name, least in zip(ARCHITECTURES, needed, strict=True) if row["sparsity"] > least]
        shares = (f"{each:.3f}" for each in (row["density"], row["sparsity"], *needed))
        view.add_row(row["network"], str(row["steps"]), *shares, ", ".join(wins) or "-")
    return view


def energies(found: Mapping[str, Any]) -> Table:
    """For the terminal: what a beat takes."""
    view = Table(title=f"nJ of a beat, spatial dataflow ({found['technology']})")
    view.add_column("network")
    for heading in found["networks"][0]["pj"]:
        view.add_column(heading, justify="right")
    for row in found["networks"]:
        view.add_row(row["network"], *(f"{sum(each['spatial'].values()) / 1e3:.1f}" for each in row["pj"].values()))
    return view


def picture(found: Mapping[str, Any]) -> bytes:
    """PNG: lines with networks as points; energy of a beat by what it goes to; the same against IF's sparsity."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15, 5.5), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.4))
    for name, line in found["break_even"].items():
        times = [int(t) for t in line["here"]]
        left.plot(times, list(line["here"].values()), color=COLOURS[name], label=f"{name}: VGG16")
    for row in found["networks"]:
        left.plot(row["steps"], row["sparsity"], "k.")
        left.annotate(row["network"], (row["steps"], row["sparsity"]), (5, -3), textcoords="offset points", fontsize=8)
        for name in ARCHITECTURES:
            left.plot(row["steps"], row["needed"][name], "_", color=COLOURS[name], markersize=9)
    left.plot([], [], "k.", label="networks, IF: measured")
    left.plot([], [], "k_", label="what each would need")
    left.set_xlabel("T, steps")
    left.set_ylabel("sparsity of steps")
    left.set_title("Above its line, an SNN takes less than the ANN")
    left.legend(fontsize=8, loc="lower right")
    left.grid(alpha=0.3)

    shades = ("#2b7bba", "#d8912f", "#5f9e6e", "#8c510a", "#54278f")
    ticks = []
    for k, row in enumerate(found["networks"]):
        base_total = sum(next(iter(row["pj"].values()))["spatial"].values())
        for j, (kind, each) in enumerate(row["pj"].items()):
            bottom, at = 0.0, 4 * k + j
            for (group, names), shade in zip(GROUPS.items(), shades, strict=True):
                height = sum(each["spatial"][name] for name in names) / base_total
                right.bar(at, height, 0.9, bottom, color=shade, label=group if not (k or j) else None)
                bottom += height
            ticks.append((at, f"{row['network']}, {kind}" if not j else kind))
    right.set_xticks([at for at, _ in ticks], [text for _, text in ticks], rotation=90, fontsize=7)
    right.set_ylabel("energy of a beat, IF = 1")
    right.set_title(f"Where the energy goes, spatial dataflow, {found['technology']}")
    right.set_ylim(0, 1.25)
    right.legend(fontsize=8, ncols=5, loc="upper center")
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return buffer.getvalue()
