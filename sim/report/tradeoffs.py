"""SNN against quantised ANN, on the screen and on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.report.tradeoffs_picture import draw
from sparrow_ecg.sim.studies.tradeoffs import COST, Tradeoffs, Trained

NAME = "tradeoffs"
# What is told of what `evaluate` says.
KINDS = ["accuracy", "lost", "order", "spikes", "sparsity", "zeros", "operations", "energy_pj", "breakeven"]
TABLE, ARCHITECTURE = COST[1], COST[3]  # of the energy on the screen


def show(found: Tradeoffs) -> None:
    """A row for each cell, the one that is recommended with a star, and for each shipped network."""
    title = f"{found.grid.seeds} seeds, test beats; losses in points; pJ by formula, {TABLE}, {ARCHITECTURE}"
    columns = ("", "T", "bits", "SSF, ANN: %", "IF loses", "spread", "pJ: IF", "SSF", "dense")
    shown = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        shown.add_column(column, justify="right", no_wrap=True)
    for (steps, bits), cell in found.cells.items():
        shown.add_row("*" if (steps, bits) == found.recommended else "", str(steps), str(bits), *_row(cell))
    for name, cell in found.shipped.items():
        network = cell.networks[0]
        shown.add_row(name, str(network.steps), str(network.weight_bits), *_row(cell))
    out.print(shown)
    gates = Table("core", "nJ", "without glitches", "um2", title="gate level, seed 0", box=SIMPLE_HEAD)
    for result in found.gates:
        figures = result["energy_per_beat_nj"], result["energy_without_glitches_nj"]
        gates.add_row(result["label"], *(f"{nj:.4f}" for nj in figures), f"{result['area_um2']:,.0f}")
    out.print(gates)


def _row(cell: Trained) -> list[str]:
    right = cell.each("accuracy", "test", "ssf")
    losses = (cell.each("lost", neuron) for neuron in ("if", "if_spread"))
    energies = (fmean(cell.each("energy_pj", TABLE, style, ARCHITECTURE)) for style in ("if", "ssf", "dense"))
    return [
        f"{100 * fmean(right):.2f}±{100 * stdev(right):.2f}",
        *(f"{100 * fmean(loss):.2f}±{100 * stdev(loss):.2f}" for loss in losses),
        *(f"{pj:.0f}" for pj in energies),
    ]


def write(found: Tradeoffs, folder: Path) -> None:
    """``tradeoffs.json`` and the picture, ``tradeoffs.png``."""
    out.print(f"wrote {write_atomic(folder / f'{NAME}.json', json.dumps(as_dict(found), indent=1) + chr(10))}")
    out.print(f"wrote {write_atomic(folder / f'{NAME}.png', draw(found))}")


def as_dict(found: Tradeoffs) -> dict[str, Any]:
    """JSON-ready: each figure with mean, deviation and each seed's value, by the cell's or the network's name."""
    cells = {f"t{steps}w{bits}": cell for (steps, bits), cell in found.cells.items()}
    return {
        "split": found.how.split,
        "seeds": found.grid.seeds,
        "grid": asdict(found.grid),
        "measurement": vars(found.how),
        "recommended": "t{}w{}".format(*found.recommended),
        "cells": {name: _summary(cell) for name, cell in cells.items()},
        "shipped": {name: _summary(cell) for name, cell in found.shipped.items()},
        "gates": {_name(result): dict(result) for result in found.gates},
        "failed": list(found.failed),
    }


def _summary(cell: Trained) -> dict[str, Any]:
    return {
        "networks": [network.digest for network in cell.networks],
        **spread([{name: result[name] for name in KINDS} for result in cell.results]),
    }


def _name(result: Mapping[str, Any]) -> str:
    point = result["point"]
    return f"t{point['steps']}w{point['weight_bits']} {point['core']}"


def spread(results: Sequence[Any]) -> Any:
    """The same names, each figure as its mean, deviation (n - 1) and values over the results."""
    first = results[0]
    if isinstance(first, Mapping):
        return {name: spread([result[name] for result in results]) for name in first}
    return {"mean": fmean(results), "deviation": stdev(results), "each": list(results)}
