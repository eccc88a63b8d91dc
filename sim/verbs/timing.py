"""Check setup, hold and limits at every corner, and beats with all delays.

The netlist is the one that power is measured on, its clock tree built. Inputs change when the constraints have it,
which are written as SDC; what would be if they changed at the clock's edge is told beside it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Column, Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import err, out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption, TestSplitOption
from sparrow_ecg.sim.gates.design import CLOCK_MHZ, Design, synthesise
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS, liberty_root
from sparrow_ecg.sim.gates.netlist.netlist import verilog
from sparrow_ecg.sim.gates.run.beats import NoResult
from sparrow_ecg.sim.gates.run.gatesim import GateSimulator
from sparrow_ecg.sim.verbs.options import ClockOption, CornerOption, PdkOption

COLUMNS = {
    "setup": "setup_slack_ns",
    "hold": "hold_slack_ns",
    "period": "shortest_period_ns",
    "latency": "clock_latency_ns",
    "skew": "clock_skew_ns",
    "slew": "clock_slew_ns",
}
FEW = 640  # beats with inputs at the edge


@core_options()
def main(
    core: Build,
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    clock_mhz: ClockOption = CLOCK_MHZ,
    split: TestSplitOption = "intra",
    beats: Annotated[int | None, typer.Option(min=1, help="With all delays; by default every test beat.")] = None,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    if pdk == GENERIC:
        raise InputError(f"pdk {GENERIC} has no delays: choose from {', '.join(PDKS)}")
    with working(f"{pdk}: mapping onto cells, building the clock tree, timing at every corner"):
        design = synthesise(replace(core, top="core"), pdk, liberty_root(data), corner, clock_mhz=clock_mhz)
        described = design.describe()
    counts = load(core.network, split, data).counts[:beats]
    with working(f"{len(counts)} beats with all delays"):
        _, mismatched = measurement.check(design, counts, delayed=True)
        at_the_edge = _at_the_edge(design, counts[:FEW])
    chosen = ("network", "digest", "config", "pdk", "clock_buffers", "clock_gates", "corners", "violations")
    result = {name: described[name] for name in chosen} | {
        "clock_mhz": clock_mhz,
        "inputs_change_ns": design.constraints.input_times,
        "beats": len(counts),
        "mismatched_beats": mismatched,
        "inputs_at_the_edge": {"beats": len(counts[:FEW]), "mismatched_beats": at_the_edge},
    }
    _show(result)
    stem = f"timing-{core.network.name}-{pdk}-{core.config.slug(core.network)}"
    for suffix, text in (
        ("v", verilog(design.netlist)),
        ("sdc", design.constraints.sdc()),
        ("json", json.dumps(result, indent=2) + "\n"),
    ):
        out.print(f"wrote {write_atomic(folder / f'{stem}.{suffix}', text)}")
    for violation in design.violations[:10]:
        err.print(str(violation), style="red")
    if mismatched or design.violations:
        raise typer.Exit(1)


def _at_the_edge(design: Design, counts: np.ndarray) -> int:
    """Beats that are wrong when the inputs change together with the clock."""
    simulator = GateSimulator(design.netlist, design.build)
    timing, trace = design.timing, design.build.golden(counts)
    try:
        run = simulator.run(counts, timing.delays, measurement.step_of(timing), limit=1000)
    except NoResult:
        return len(counts)
    return int(((run.classes != trace.classes) | (run.potentials != trace.outputs).any(axis=1)).sum())


def _show(result: dict) -> None:
    table = Table(*COLUMNS, "broken", title="ns")
    table.columns.insert(0, Column("corner", no_wrap=True))
    for corner in result["corners"]:
        broken = ", ".join(f"{count} {check}" for check, count in corner["violations"].items()) or "none"
        table.add_row(corner["corner"], *(f"{corner[key]:.3f}" for key in COLUMNS.values()), broken)
    out.print(table)
    earliest, latest = result["inputs_change_ns"]
    out.print(
        f"{result['clock_mhz']:g} MHz, {result['clock_gates']} clock gates, {result['clock_buffers']} clock buffers;"
        f" inputs change {earliest:g} to {latest:g} ns after the clock's edge"
    )
    edge = result["inputs_at_the_edge"]
    out.print(
        f"{result['beats'] - result['mismatched_beats']} of {result['beats']} beats bit-exact with all delays, those of"
        f" the clock among them ({edge['beats'] - edge['mismatched_beats']} of {edge['beats']} if the inputs changed at"
        " the clock's edge)"
    )
