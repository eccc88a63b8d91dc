"""Run test pictures through the RTL, and compare with the golden model.

Class and every output's potential, bit for bit, and the cycles, which follow from every count of every map. Exit status
1 when anything differs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, err, out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import named_root
from sparrow_ecg.model.signals.images import mnist
from sparrow_ecg.model.signals.images.pictures import Pictures, encoding_of
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.energy import average, measurement
from sparrow_ecg.sim.gates.library.pdks import liberty_root
from sparrow_ecg.sim.report.pictures import priced
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.rtl.pictures import Difference, compare
from sparrow_ecg.sim.verbs.options import ClockOption

EVERY = 10  # of stretches of cycles on the netlist, one is metered, which takes half an hour


@core_options("lanes", network="digits")
def main(
    core: Build,
    images: Annotated[int, typer.Option(min=1, help="Test pictures of MNIST, the first ones.")] = 10000,
    counted: Annotated[int, typer.Option(min=1, help="Of them, so many on a core that counts operations.")] = 100,
    gates: Annotated[int, typer.Option(min=0, help="Of them, so many on the netlist in sky130's cells, too.")] = 0,
    metered: Annotated[int, typer.Option(min=0, help="Of them, so many for their energy on it.")] = 0,
    clock_mhz: ClockOption = 4.0,
    data: Annotated[Path | None, typer.Option(help="Folder that holds mnist/.", show_default=False)] = None,
    folder: OutOption = Path("build/results"),
) -> None:
    encoding_of(core.network)
    test = mnist.load(named_root(data)).test.take(slice(0, images))
    with working("building the RTL with Verilator"):
        Engine(core)
    with counter(f"{core.network.name}: {len(test)} pictures", len(test)) as done:
        report = compare(core, test, done)
    with working(f"operations of {counted} of them"):
        report["formula"] = priced(core, _spread(core, test, counted))
    if gates or metered:
        with working("mapping onto sky130's cells"):
            design = synthesise(core, "sky130", liberty_root(data))
        report["gates"] = design.describe()
    if gates:
        with working(f"{gates} of them on the netlist"):
            run, wrong = measurement.check(design, _spread(core, test, gates))
        report["gates"] |= {"pictures": len(run.classes), "mismatched": wrong}
    if metered:
        counts = _spread(core, test, metered)
        with counter("energy on the netlist, pictures", len(counts)) as done:
            measured = measurement.sampled(design, counts, EVERY, done)
        hot = average.hot(design.netlist.library, liberty_root(data))
        report["gates"] |= {"metered": len(counts), "every": EVERY} | measurement.summary(
            design, measured, clock_mhz, hot
        )
    path = folder / f"pictures-{core.network.name}-{core.config.slug(core.network)}.json"
    out.print(f"wrote {write_atomic(path, json.dumps(report, indent=1) + chr(10))}")
    busy = ", ".join(f"{share:.1%}" for share in report["not_zero"])
    out.print(
        f"{report['cycles_per_picture']:,.0f} cycles a picture ({report['cycles_lowest']:,} to"
        f" {report['cycles_highest']:,}), {core.config}; counts that are not zero, by layer: {busy};"
        f" {report['simulated_cycles'] / report['seconds'] / 1e6:.2f} million cycles/s, {report['seconds']:.0f} s"
    )
    table = Table("nJ a picture, by formula", "counts not zero", "all counts")
    found = report["formula"]["energy_nj"]
    for technology, architectures in found["not_zero"].items():
        for architecture, nanojoules in architectures.items():
            dense = found["dense"][technology][architecture]
            table.add_row(f"{technology}, {architecture}", f"{nanojoules:,.0f}", f"{dense:,.0f}")
    out.print(table)
    exact = not any(report[f"mismatched_{what}"] for what in ("pictures", "potentials", "cycles"))
    if gates:
        exact &= not wrong
        out.print(
            f"sky130: {len(run.classes) - wrong} of {len(run.classes)} pictures alike on the netlist, cycles too;"
            f" {report['gates']['cells']:,} cells, {report['gates']['area_um2'] / 1e6:.3f} mm2"
        )
    if metered:
        taken = report["gates"]
        split = ", ".join(f"{kind} {value:,.1f}" for kind, value in taken["energy_split_nj"].items())
        leaks = ", ".join(f"{value:,.0f} nW at {celsius} C" for celsius, value in taken["leakage_nw"].items())
        out.print(
            f"sky130: {taken['energy_per_beat_nj']:,.1f} nJ a picture on the netlist ({split}) at {clock_mhz:g} MHz, by"
            f" one of {EVERY} stretches of cycles of {metered} pictures;"
            f" {taken['energy_without_glitches_nj']:,.1f} without glitches; it leaks {leaks}"
        )
    if report["first_mismatch"]:
        err.print(str(Difference(**report["first_mismatch"])), style="red")
    out.print(
        f"{'bit-exact' if exact else 'NOT bit-exact'}: {report['pictures'] - report['mismatched_pictures']} of"
        f" {report['pictures']} pictures, {report['potentials'] - report['mismatched_potentials']} of"
        f" {report['potentials']} potentials, {report['mismatched_cycles']} of other cycles than predicted; accuracy"
        f" {report['accuracy_hardware']:.2%} in the RTL, {report['accuracy_golden']:.2%} golden",
        style="bold",
    )
    raise typer.Exit(not exact)


def _spread(core: Build, test: Pictures, some: int) -> np.ndarray:
    """Counts of so many of the pictures, from first to last."""
    return encoding_of(core.network).encode(test.pixels[:: max(len(test) // some, 1)][:some])
