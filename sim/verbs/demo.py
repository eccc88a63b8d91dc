"""Classify heartbeats in the RTL, as the golden model does, bit for bit.

With confusion matrices, cycles, energy, a picture, and the Verilog.
"""

from __future__ import annotations

from pathlib import Path

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import DATAPATHS, choose
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, out, working
from sparrow_ecg.model.metrics import table
from sparrow_ecg.model.signals.ecg import testset
from sparrow_ecg.model.signals.ecg.splits import BETWEEN
from sparrow_ecg.model.signals.ecg.testset import encoding_of
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.energy.tables import energy_tables
from sparrow_ecg.sim.report.energy import show
from sparrow_ecg.sim.report.energy import write as write_tables
from sparrow_ecg.sim.report.figures import of_result
from sparrow_ecg.sim.report.strip import draw
from sparrow_ecg.sim.rtl.compare import compare, write
from sparrow_ecg.sim.rtl.engine import Engine


@core_options(network="mindful")
def main(core: Build, data: DataOption = None, folder: OutOption = Path("build/demo")) -> None:
    net, config = core.network, core.config
    trained = net.provenance.get("split")
    test = testset.load(net, trained if trained in BETWEEN else "intra", data, generate=True)
    if test.split == "synthetic":
        out.print(
            f"No MIT-BIH records at hand (`make data` downloads them): GENERATED ECG, {len(test.beats)} beats of"
            f" {len(test.recorded.codes)} records in {testset.SYNTHETIC}. No accuracy is claimed from it.",
            style="bold yellow",
        )
    else:
        out.print(
            f"MIT-BIH, {len(test.recorded.codes)} records: {len(test.beats)} test beats of split {test.split},"
            f" which '{net.name}' was {'not ' if test.unseen else ''}trained on"
        )
    out.print(
        f"Network '{net.name}': {'-'.join(map(str, net.shape))}, {net.synapses} synapses of {net.weight_bits} bits;"
        f" core: {config}"
    )
    with counter("heartbeats through the RTL, once Verilator has built it", len(test.beats)) as done:
        comparison = compare(core, test, progress=done)
    report, result = comparison.report, comparison.result
    for who in ("hardware", "golden"):
        if report[who]:
            out.print(table(report[who], who if test.split != "synthetic" else f"{who}, on generated ECG"))
    beats, potentials = report["beats"], report["potentials"]
    out.print(
        f"bit-exact: {beats - report['mismatched_beats']} of {beats} beats,"
        f" {potentials - report['mismatched_potentials']} of {potentials} potentials",
        style="bold green" if comparison.exact else "bold red",
    )
    if result is None or not comparison.exact:
        out.print(f"first mismatch: {report['first_mismatch']}", style="red")
        raise typer.Exit(1)
    out.print(f"cycles per beat: {report['cycles_per_beat']:.1f} on average, as the cycle model says for each beat")

    if test.split != "synthetic":
        out.print(_headline(core, report["accuracy_hardware"]), style="bold")

    serial = choose(net, Serial.datapath)
    assert isinstance(serial, Serial)
    tables = energy_tables(net, test.counts, serial, split=test.split)
    out.print(f"\nThe same beats by formula, which prices the serial datapath ({serial}):")
    show(tables)

    engine, encoding = Engine(core), encoding_of(net)
    with working("drawing beats, writing Verilog"):
        picture = draw(
            test.recorded,
            lambda beats: engine.run(encoding.encode(beats)).classes,
            folder / "beats.png",
            f"Beats as the RTL classified them, network '{net.name}' (training beats among them)",
        )
        verilog, metadata = core.save(folder, f"core-{net.name}")
    results = write(comparison, core, folder)
    for what, path in (
        ("Verilog", verilog),
        ("its metadata", metadata),
        ("results", results),
        ("energy", write_tables(tables, folder)),
        ("beats on an ECG strip", picture),
    ):
        out.print(f"{what}: {path}")


def _headline(core: Build, accuracy: float) -> str:
    """This network's figures beside those of its recipe, and what its gates take, where that was measured."""
    network = core.network
    seeds = network.provenance.get("seeds", {}).get("test")
    words = [f"{accuracy:.2%} of test beats right"]
    if seeds:
        words.append(f"mean of {len(seeds['each'])} seeds {seeds['mean']:.2%} ± {100 * seeds['deviation']:.2f}")
    for config in (core.config, *(choose(network, other) for other in DATAPATHS if other != core.config.datapath)):
        result = f"gatepower-{network.name}-sky130-{config.slug(network)}.json"
        power, gates = (of_result(result, at, network) for at in ("average_nw.25", "energy_per_beat_nj"))
        if power and gates:
            other = "" if config is core.config else f" as {config}"
            words.append(
                f"{power.value:.1f} nW at 75 beats a minute, leakage of all the time in, {gates.value:.3f} nJ a beat"
                f" while active, in SkyWater 130 nm gates{other} (by `{gates.command}`)"
            )
    return f"{network.name}, {core.config}: {'; '.join(words)}"
