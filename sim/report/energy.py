"""Energy tables on the screen and on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from sparrow_ecg.hw.core.catalog import from_dict
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.energy import breakeven
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES
from sparrow_ecg.sim.energy.operations import COUNTERS, NEURONS
from sparrow_ecg.sim.energy.tables import energy_tables, exact
from sparrow_ecg.sim.energy.technologies import PAPER_V1, Technology


def report(
    network: Network,
    counts: np.ndarray,
    config: Serial,
    folder: Path,
    *,
    split: str,
    technology: Technology = PAPER_V1,
    counted: Mapping[str, Sequence[Mapping[str, int]]] | None = None,
    cycles: Mapping[str, float] | None = None,
    gate_level: dict[str, Any] | None = None,
) -> int:
    """Print and write the tables of `energy_tables`; exit status 1 when the RTL's counts are not the predicted."""
    tables = energy_tables(
        network,
        counts,
        config,
        split=split,
        technology=technology,
        counted=counted,
        cycles=cycles,
        gate_level=gate_level,
    )
    show(tables)
    out.print(f"tables written to {write(tables, folder)}")
    return 0 if exact(tables) else 1


def write(tables: dict[str, Any], folder: Path) -> Path:
    """Write ``energy-<network>-<split>.json`` whole into ``folder``."""
    path = folder / f"energy-{tables['network']}-{tables['split']}.json"
    return write_atomic(path, json.dumps(tables, indent=1, allow_nan=False) + "\n")


def show(tables: dict[str, Any]) -> None:
    """Print the three figures side by side, each with its label."""
    out.print(
        f"Energy of '{tables['network']}' {'-'.join(map(str, tables['shape']))}, T={tables['steps']}, "
        f"{tables['beats']} beats of {tables['split']}, constants '{tables['technology']['name']}'"
    )
    out.print(tables["formula_x_activity"]["label"])
    out.print(_operations(tables))
    for neuron in NEURONS:
        figure = tables["formula_x_activity"][neuron]
        verdict = figure["source"] + _agreement(figure["mismatches"])
        out.print(f"  {neuron.upper()}: operations {verdict}")
    out.print(tables["architectures"]["label"])
    out.print(_architectures(tables))
    out.print("  SSF hands on counts, so on one datapath it does what the ANN of equal representation does")
    out.print(_gate_level(tables["gate_level"]))


def show_break_even() -> None:
    """Print the published break-even sparsity of VGG16 beside what the closed forms give here."""
    out.print("Break-even sparsity of VGG16: above it, an SNN of T steps uses less energy than the ANN")
    table = Table("T", *(f"{name}, {whose}" for name in breakeven.FORMULAS for whose in ("published", "here")))
    for k, steps in enumerate(breakeven.PUBLISHED_STEPS):
        pairs = ((breakeven.PUBLISHED[name][k], formula(steps)) for name, formula in breakeven.FORMULAS.items())
        table.add_row(str(steps), *(f"{sparsity:.3f}" for pair in pairs for sparsity in pair))
    out.print(table)


def _agreement(differences: list[str] | None) -> str:
    if differences is None:
        return ""
    return ", equal to the prediction exactly" if not differences else f"; DIFFER: {'; '.join(differences)}"


def _operations(tables: dict[str, Any]) -> Table:
    table = Table("per beat")
    for neuron in NEURONS:
        table.add_column(f"{neuron.upper()} operations", justify="right")
        table.add_column(f"{neuron.upper()} nJ", justify="right")
    figures = [tables["formula_x_activity"][neuron] for neuron in NEURONS]
    for name in (*COUNTERS, "hops"):
        cells = []
        for figure in figures:
            total = figure["operations"]["total"].get(name)
            pj = figure["energy_pj_per_beat"]["by_operation"].get(name)
            cells.append("" if total is None else f"{total / tables['beats']:,.1f}")
            cells.append("" if pj is None else _nj(pj))
        table.add_row(name.replace("_", " "), *cells)
    table.add_section()
    for k in range(len(tables["shape"]) - 1):
        table.add_row(f"layer {k}", *_energies(figures, lambda e, k=k: e["by_layer"][k]))
    table.add_row("energy", *_energies(figures, lambda e: e["total"]), style="bold")
    cycles = [tables["cycles_per_beat"][neuron] for neuron in NEURONS]
    kind = "RTL" if all(c["rtl"] is not None for c in cycles) else "analytic"
    counts = [f"{c['rtl' if kind == 'RTL' else 'analytic']:,.1f}" for c in cycles]
    prices = [_nj(figure["energy_pj_per_beat"]["by_operation"]["cycles"]) for figure in figures]
    cells = [cell for pair in zip(counts, prices, strict=True) for cell in pair]
    table.add_row(f"cycles ({kind})", *cells, style="bold")
    return table


def _energies(figures: list[dict[str, Any]], pick: Any) -> list[str]:
    return [cell for figure in figures for cell in ("", _nj(pick(figure["energy_pj_per_beat"])))]


def _architectures(tables: dict[str, Any]) -> Table:
    table = Table("nJ per beat")
    for architecture in ARCHITECTURES:
        table.add_column(architecture, justify="right")
    for row, figures in tables["architectures"]["rows"].items():
        table.add_row(row, *(_nj(figures[architecture]["total"]) for architecture in ARCHITECTURES))
    return table


def measured_on_gates(network: Network, folder: Path) -> dict[str, Any] | None:
    """What `gatepower` has written into ``folder`` for this very network, or None."""
    found = []
    for path in sorted(folder.glob(f"gatepower-{network.name}-*.json")):
        result = json.loads(path.read_text())
        if result["digest"] == network.digest:
            names = ("energy_per_beat_nj", "energy_without_glitches_nj", "energy_split_nj")
            found.append({name: result[name] for name in ("pdk", "corner", "top", "config", *names)})
    return {"measured": found} if found else None


def _gate_level(figure: dict[str, Any]) -> str:
    """One line for each design that was measured."""
    lines = [f"{figure['label']}: {figure.get('status', '')}"]
    for found in figure.get("measured", []):
        lines.append(
            f"  {found['top']}, {found['pdk']} {found['corner']}, {from_dict(found['config'])}:"
            f" {found['energy_per_beat_nj']:.3f} nJ, {found['energy_without_glitches_nj']:.3f} without glitches"
        )
    return "\n".join(lines)


def _nj(pj: float) -> str:
    return f"{pj / 1000:,.3f}"
