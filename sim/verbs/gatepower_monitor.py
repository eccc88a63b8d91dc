"""Average power of a monitor at gate level, on stretches of records.

Samples of all records, in turn, run through the mapped netlist of front end and core; all that it tells is compared
with the golden model. Leakage of all the time, clock and glitches are in; pads and converter are not.
With --chip it is the monitor chip, whose beats a host reads through the SPI pins; with --ads129x the monitor behind
the adapter of such a converter.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, err, out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import available, data_root, read_record
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.energy import average, measurement, monitoring
from sparrow_ecg.sim.gates.energy.power import KINDS
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS, liberty_root
from sparrow_ecg.sim.gates.netlist.synthesis import Flow, Mapping
from sparrow_ecg.sim.gates.run import converting
from sparrow_ecg.sim.gates.run.monitorsim import CLOCK_HZ
from sparrow_ecg.sim.verbs.options import (
    DespiteOption,
    MappingOption,
    PdkOption,
    PlacedOption,
    TreeOption,
    place_design,
)

USUAL: Mapping = "leakage"  # of which there is more than of all else


@core_options("datapath", "lanes", "zero_skip", "skip_bits", network="watch", top="monitor", weights="rom")
def main(
    core: Build,
    pdk: PdkOption = "sky130",
    mapping: MappingOption = USUAL,
    chip: Annotated[
        bool, typer.Option("--chip", help="With registers, events and SPI, and a host that reads each beat.")
    ] = False,
    ads129x: Annotated[
        bool, typer.Option("--ads129x", help="With what reads an ADS129x, whose bits are played, 250 samples a second.")
    ] = False,
    placed: PlacedOption = False,
    clock_tree: TreeOption = False,
    despite_violations: DespiteOption = False,
    seconds: Annotated[float, typer.Option(min=0.1, help="Measured in each of 64 stretches.")] = 2.0,
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    if pdk == GENERIC:
        raise InputError(f"pdk {GENERIC} has no energies: choose from {', '.join(PDKS)}")
    if chip and ads129x:
        raise InputError("--chip, --ads129x: what surrounds the monitor is measured one at a time: leave one out")
    monitor = replace(core, top="monitor_chip") if chip else core
    monitor = replace(core, top="monitor_ads129x", rate=converting.RATE) if ads129x else monitor
    flow = replace(Flow(), mapping=mapping)
    with working(f"{pdk}: reading the library, mapping onto its cells"):
        clock_mhz = CLOCK_HZ / 1e6 if clock_tree else None
        design = synthesise(monitor, pdk, liberty_root(data), flow=flow, clock_mhz=clock_mhz)
        hot = average.hot(design.netlist.library, liberty_root(data))
    if placed:
        design = place_design(design, liberty_root(data))
    if clock_tree and not despite_violations:
        with working("timing at every corner"):
            measurement.check_constraints(design)
    with working("reading records"):
        root = data_root(data)
        records = {name: read_record(root, name, in_parts=True).codes for name in available(root)}
        if isinstance(component := monitor.component, Ads129xMonitor):
            records = {name: converting.numbers(codes, component.adapter, seed) for name, codes in records.items()}
        stretches = monitoring.draw(records, seconds, seed, monitor.rate)
    with counter("gate-level energy", stretches.codes.shape[1]) as done:
        measured = monitoring.measure(design, stretches, done)
    told, wrong = monitoring.check(design, stretches, measured.answers)
    result = design.describe() | {
        "seed": seed,
        "rate": monitor.rate,
        "stretches": [f"{name} from sample {first}" for name, first in stretches.of],
        "beats_checked": told,
        "mismatches": wrong,
        "cycles_unequal_with_delays": measured.unequal,
        **monitoring.summary(design, measured, hot),
    }
    if chip:
        from sparrow_ecg.sim.gates.energy import interface  # as the chip, needs SystemRDL

        with counter("the same while nobody reads, and samples through SPI", 2 * stretches.codes.shape[1]) as done:
            result |= interface.beside(design, measured, stretches, done)
    _show(result)
    name = f"gatepower-monitor{'-chip' * chip}{'-ads129x' * ads129x}-{monitor.network.name}-{pdk}"
    if core.config != choose(core.network, top=core.top):
        name += f"-{core.config.slug(core.network)}"
    name += f"-{mapping}" * (mapping != USUAL) + "-placed" * placed + "-clocked" * clock_tree
    out.print(f"wrote {write_atomic(folder / f'{name}.json', json.dumps(result, indent=2) + chr(10))}")
    if design.violations:
        err.print(f"not fit to be built: {len(design.violations)} violations, {design.violations[0]}", style="red")
    if wrong or measured.unequal:
        err.print(
            f"{wrong} of {told} beats differ from the golden model, {measured.unequal} cycles with delays from"
            " those without",
            style="red",
        )
        raise typer.Exit(1)


def _show(result: dict) -> None:
    table = Table("nW", *KINDS, "total")
    for name, kinds in result["blocks"].items():
        values = [kinds[kind] for kind in KINDS]
        table.add_row(name, *(f"{value:.2f}" for value in (*values, sum(values))))
    out.print(table)
    out.print(
        f"{result['beats_checked'] - result['mismatches']} of {result['beats_checked']} beats of"
        f" {len(result['stretches'])} stretches as the golden model has them"
    )
    told = ", ".join(f"{power:.1f} nW at {temperature} C" for temperature, power in result["average_power_nw"].items())
    leaks = ", ".join(f"{power:.1f} at {temperature}" for temperature, power in result["leakage_nw"].items())
    out.print(
        f"average power, samples to classes, {result['pdk']} {result['corner']}: {told}, at"
        f" {result['beats_a_minute']:.1f} beats a minute ({result['beats']} beats, {result['seconds']:.0f} s of ECG)",
        style="bold",
    )
    out.print(
        f"dynamic {result['dynamic_nw']:.1f} nW ({result['dynamic_without_glitches_nw']:.1f} without glitches),"
        f" {result['active_nj_per_beat']:.2f} nJ a beat; leakage {leaks}; {result['clocks_per_second']:.0f} clock"
        f" cycles a second of {result['clock_hz']}, at most {result['longest_work']} at once;"
        f" {result['cells']} cells, {result['area_um2'] / 1e6:.4f} mm2;"
        f" wires {'placed' if result['placed'] else 'estimated'}, clock tree {result['clock_tree']}"
    )
    if sck := result.get("sck_hz"):
        out.print(
            f"a host reads each beat when it is interrupted, sck {sck:.0f} Hz: {result['host_nj_per_beat']:.2f} nJ a"
            f" beat, dynamic; samples through SPI instead of the sample port:"
            f" {result['samples_over_spi_nj_per_beat']:.1f} nJ more"
        )
