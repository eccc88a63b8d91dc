"""Measure average power and energy per beat in gates, on test beats.

The mapped netlist is that of the core, given its counts one by one, or of the chip, used through its SPI pins.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import typer
from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.verbs.options import TopOption, core_options
from sparrow_ecg.model.console import counter, err, out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption, TestSplitOption
from sparrow_ecg.sim.gates import opensta
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.energy import average, gating, measurement
from sparrow_ecg.sim.gates.energy.power import KINDS
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS, liberty_root
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.verbs.options import (
    BeatsOption,
    ClockOption,
    CornerOption,
    DespiteOption,
    FlatOption,
    GatesOption,
    MappingOption,
    PdkOption,
    PlacedOption,
    StaOption,
    TreeOption,
    mapped,
    place_design,
)

STA_BEATS = 64  # whose activity OpenSTA is given


@core_options()
def main(
    core: Build,
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    beats: BeatsOption = 200,
    clock_mhz: ClockOption = 4.0,
    top: TopOption = "core",
    clock_gates: GatesOption = Flow().clock_gates,
    flat: FlatOption = True,
    mapping: MappingOption = Flow().mapping,
    placed: PlacedOption = False,
    split: TestSplitOption = "intra",
    seed: SeedOption = 0,
    clock_tree: TreeOption = False,
    despite_violations: DespiteOption = False,
    check_opensta: StaOption = False,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    if top in ("monitor", "monitor_chip"):
        chip = " --chip" * (top == "monitor_chip")
        raise InputError(f"--top {top}: takes samples, not beats: use `sparrow gatepower-monitor{chip}`")
    if pdk == GENERIC:
        raise InputError(f"pdk {GENERIC} has no energies: choose from {', '.join(PDKS)}")
    if check_opensta:
        opensta.version()  # refused before there is work
    build = replace(core, top=top)
    net = build.network
    flow = replace(Flow(), clock_gates=clock_gates, flat=flat, mapping=mapping)
    with working(f"{pdk}: reading the library, mapping onto its cells"):
        design = synthesise(build, pdk, liberty_root(data), corner, flow, clock_mhz if clock_tree else None)
        hot = average.hot(design.netlist.library, liberty_root(data))
    if placed:
        design = place_design(design, liberty_root(data))
    if clock_tree and not despite_violations:
        with working("timing at every corner"):
            measurement.check_constraints(design)
    measurement.check_clock(design, clock_mhz)
    hearts = load(net, split, data)
    with working(f"{len(hearts.counts)} test beats on the netlist"):
        run, mismatched = measurement.check(design, hearts.counts)
    order = np.random.default_rng(seed).permutation(len(hearts.counts))
    first, second = order[:beats], order[beats : 2 * beats]
    mismatched_with_delays = 0
    if clock_tree:
        with working(f"{len(first)} of them with all delays"):
            mismatched_with_delays = measurement.check(design, hearts.counts[first], delayed=True)[1]
    with counter("gate-level energy", len(first) + len(second)) as done:
        measured = measurement.energy(design, hearts.counts[first], progress=done)
        other = measurement.energy(design, hearts.counts[second], progress=done) if len(second) else measured
    result = (
        design.describe()
        | {
            "split": split,
            "seed": seed,
            "accuracy_hardware": float((run.classes == hearts.beats.label).mean()),
            "beats_checked": len(run.classes),
            "mismatched_beats": mismatched,
            "mismatched_beats_with_delays": mismatched_with_delays,
            "annotated_share": measurement.annotated(design),
            "beats": len(first),
        }
        | design.simulator.stated
        | measurement.summary(design, measured, clock_mhz, hot)
        | {
            "second_beats": {
                "beats": len(second),
                "energy_per_beat_nj": measurement.summary(design, other, clock_mhz)["energy_per_beat_nj"],
            }
        }
    )
    if isinstance(build.config, Gated):
        with working("the same core without power gating"):
            plain = synthesise(replace(build, config=build.config.of), pdk, liberty_root(data), corner, flow)
            plain = place_design(plain, liberty_root(data)) if placed else plain
            result |= gating.beside(design, measured, plain, hearts.counts, first, clock_mhz, hot)
            result |= {name: result["gated"][name] for name in ("average_nw", "leakage_nw")}
        mismatched += result["mismatched_beats_ungated"]
    _show(result)
    if "gated" in result:
        _show_gated(result)
    kind = f"{build.config.slug(net)}{mapped(flow)}{'' if top == 'core' else f'-{top}'}{'-placed' if placed else ''}"
    kind += "-clocked" if clock_tree else ""
    stem = f"{net.name}-{pdk}-{kind}"
    rows = []
    if check_opensta:
        with working("OpenSTA"):
            rows = opensta.compare(design, hearts.counts[first[:STA_BEATS]], folder / f"opensta-{stem}")
        result["opensta"] = {"version": opensta.version(), "rows": [asdict(row) for row in rows]}
        _show_opensta(rows, folder / f"opensta-{stem}")
    path = folder / f"gatepower-{stem}.json"
    out.print(f"wrote {write_atomic(path, json.dumps(result, indent=2) + chr(10))}")
    if design.violations:
        err.print(f"not fit to be built: {len(design.violations)} violations, {design.violations[0]}", style="red")
    if mismatched or mismatched_with_delays:
        err.print(
            f"{mismatched} of {len(run.classes)} beats differ from the golden model, {mismatched_with_delays} of"
            f" {len(first)} with all delays",
            style="red",
        )
        raise typer.Exit(1)
    if far := [row.name for row in rows if row.near is False]:
        err.print(f"OpenSTA says otherwise: {', '.join(far)}", style="red")
        raise typer.Exit(1)


def _show(result: dict) -> None:
    table = Table("pJ per beat", *KINDS, "total")
    for title, rows in (
        ("{}", {"total": result["energy_split_nj"]}),
        ("in cycles of {}", result["layers_nj"]),
        ("in block {}", result["blocks_nj"]),
    ):
        for name, kinds in rows.items():
            values = [kinds[kind] * 1e3 for kind in KINDS]
            cells = (f"{value:.2f}" for value in (*values, sum(values)))
            table.add_row(title.format(name), *cells, style="bold" if name == "total" else None)
        table.add_section()
    out.print(table)
    out.print(
        f"{result['beats_checked'] - result['mismatched_beats']} of {result['beats_checked']} test beats bit-exact"
        f" on the netlist, accuracy {result['accuracy_hardware']:.2%} ({result['split']})"
    )
    told = ", ".join(f"{power:.2f} nW at {_where(place)}" for place, power in result["average_nw"].items())
    leaks = ", ".join(f"{power:.2f}" for power in result["leakage_nw"].values())
    out.print(f"average power at 75 beats a minute, all in: {told}; of it leakage {leaks}", style="bold")
    out.print(
        f"while active {result['energy_per_beat_nj']:.4f} nJ per beat on {result['pdk']} {result['corner']},"
        f" {result['beats']} beats, {result['cycles_per_beat']:.1f} cycles, {result['clock_mhz']:g} MHz;"
        f" {result['energy_without_glitches_nj']:.4f} nJ without glitches;"
        f" {result['second_beats']['energy_per_beat_nj']:.4f} nJ on other beats; wires"
        f" {'placed' if result['placed'] else 'estimated'}",
        style="bold",
    )
    if "clocked_by" in result:
        out.print("counts and answers through SPI, whose sck is the clock: a frame is a beat")
    out.print(
        f"{result['energy_per_synapse_pj']:.3f} pJ per synapse; {result['annotated_share']:.1%} of nets"
        f" annotated; clock tree, {result['clock_tree']}, {result['clock_tree_nj'] * 1e3:.1f} pJ of it"
    )


def _show_gated(result: dict) -> None:
    gated, always = result["gated"], result["ungated"]["average_nw"]
    table = Table("nW at 75 beats a minute, all in", *map(_where, always))
    for name, powers in (
        ("not gated", always),
        ("power gated", gated["average_nw"]),
        ("  with pessimistic assumptions", gated["pessimistic"]["average_nw"]),
        ("  with optimistic assumptions", gated["optimistic"]["average_nw"]),
        ("leaks when on", gated["on_nw"]),
        ("leaks through open switches", gated["off_nw"]),
        ("always on: controller, isolation", gated["always_on_nw"]),
        ("always on: buffers of switches", gated["switch_nw"]),
    ):
        table.add_row(name, *(f"{powers[place]:.3f}" for place in always))
    out.print(table)
    out.print(
        f"{gated['active_nj']:.4f} nJ a beat with the wake-up, {gated['wake_up_nj']:.4f} of it, which charges"
        f" {gated['domain_pf']:.1f} pF; on for {gated['awake_us']:.1f} us; {gated['switches']} switches,"
        f" {gated['switch_area_um2']:.0f} um2, for {gated['peak_ma']:.1f} mA (assumed: sim/gates/energy/gating.py)"
    )


def _show_opensta(rows: list[opensta.Row], folder: Path) -> None:
    table = Table(f"OpenSTA {opensta.version()}, {STA_BEATS} beats", "ours", "OpenSTA", "", "")
    for row in rows:
        verdict = {True: "agree", False: "differ", None: "other rules"}[row.near]
        table.add_row(row.name, f"{row.ours:,.3f}", f"{row.theirs:,.3f}", row.unit, verdict)
    out.print(table)
    out.print(f"what it read is in {folder}: `sta run.tcl`")


def _where(place: str) -> str:
    """A temperature or, of another corner than the default one, its name."""
    return f"{place} C" if place.isdecimal() else place
