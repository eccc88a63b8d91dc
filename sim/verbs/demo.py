"""The verb ``demo``: the shipped network on heartbeats in the RTL, and what a user looks at first."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from sparrow_ecg.hw.options import DataOption, LanesOption, NetworkOption, OutOption, config_for
from sparrow_ecg.hw.verilog import generate
from sparrow_ecg.model.console import err, out, write_atomic
from sparrow_ecg.model.metrics import table
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.sim import heartbeats
from sparrow_ecg.sim.energy.tables import energy_tables
from sparrow_ecg.sim.progress import counter
from sparrow_ecg.sim.report.energy import show, write
from sparrow_ecg.sim.report.strip import draw
from sparrow_ecg.sim.rtl.compare import compare
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.verbs.energy import count


def main(
    network: NetworkOption = "tiny",
    lanes: LanesOption = None,
    data: DataOption = None,
    folder: OutOption = Path("build/demo"),
) -> None:
    """Classify heartbeats in the RTL: bit-exactness, confusion matrices, cycles, energy, a picture, the Verilog."""
    net = Network.load(network)
    config = config_for(net, lanes)
    test = heartbeats.load(net, "intra", data, generate=True)
    if test.split == "synthetic":
        out.print(
            f"No MIT-BIH records at hand (`make data` downloads them): GENERATED ECG, {len(test.beats)} beats of"
            f" {len(test.recorded.codes)} records in {heartbeats.SYNTHETIC}. No accuracy is claimed from it.",
            style="bold yellow",
        )
    else:
        out.print(
            f"MIT-BIH, {len(test.recorded.codes)} records: {len(test.beats)} test beats of split {test.split},"
            f" which '{net.name}' was {'not ' if test.unseen else ''}trained on"
        )
    out.print(
        f"Network '{net.name}': {'-'.join(map(str, net.shape))}, {net.synapses} synapses of {net.weight_bits} bits"
    )
    err.print("building the RTL with Verilator (about 15 seconds the first time)")

    with counter("heartbeats through the RTL", len(test.beats)) as done:
        comparison = compare(net, config, test, progress=done)
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
        out.print(f"first mismatch: {report['first_mismatch']}", style="red", markup=False)
        raise typer.Exit(1)
    out.print(f"cycles per beat: {report['cycles_per_beat']:.1f} on average, as the cycle model says for each beat")

    counted, cycles = count(net, config, test.counts, ["ssf"])
    tables = energy_tables(net, test.counts, config, split=test.split, counted=counted, cycles=cycles)
    show(tables)

    engine, encoding = Engine(net, config), net.encoding
    assert isinstance(encoding, Encoding)  # else there were no beats
    picture = draw(
        test.recorded,
        lambda beats: engine.run(encoding.encode(beats)).classes,
        folder / "beats.png",
        f"Beats as the RTL classified them, network '{net.name}' (training beats among them)",
    )
    verilog, metadata = generate(net, config).save(folder, f"core-{net.name}")
    results = write_atomic(folder / f"compare-{net.name}-{test.split}.json", json.dumps(report, indent=1) + "\n")
    for what, path in (
        ("Verilog", verilog),
        ("its metadata", metadata),
        ("results", results),
        ("energy", write(tables, folder)),
        ("beats on an ECG strip", picture),
    ):
        out.print(f"{what}: {path}", soft_wrap=True)
