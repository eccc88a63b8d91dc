"""The verbs ``compare``, ``wave`` and ``bench`` of the command line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.hw.options import (
    DataOption,
    DatapathOption,
    LanesOption,
    NetworkOption,
    NeuronOption,
    OutOption,
    WeightsOption,
    ZeroSkipOption,
    config_for,
)
from sparrow_ecg.model.console import InputError, err, out, write_atomic
from sparrow_ecg.model.metrics import table
from sparrow_ecg.model.network.network import NETWORKS, SEEDS, DirectCounts, Network
from sparrow_ecg.model.signals.ecg.beats import read_beats
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.sim.heartbeats import load
from sparrow_ecg.sim.progress import counter
from sparrow_ecg.sim.rtl import compare as comparison
from sparrow_ecg.sim.rtl import speed
from sparrow_ecg.sim.rtl.compare import EngineName
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.rtl.verilator import waveform_format

RESULTS = Path("build/results")
ALL = ["all"]
JUDGED = ["intra", "inter"]

SplitOption = Annotated[list[str], typer.Option(help="Test beats of intra, inter or adaptive; may be repeated.")]
RecordsOption = Annotated[str, typer.Option(help="Test beats of these records only, by comma.", show_default=False)]
EngineOption = Annotated[EngineName, typer.Option(help="A shared library, cocotb, or the chip through its SPI pins.")]


def compare(
    network: Annotated[
        list[str], typer.Option("--network", "-n", help="A shipped network, a .json file or all; may be repeated.")
    ] = ALL,
    split: SplitOption = JUDGED,
    records: RecordsOption = "",
    engine: EngineOption = "library",
    lanes: LanesOption = None,
    weights: WeightsOption = "rom",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    datapath: DatapathOption = "serial",
    seeds: Annotated[bool, typer.Option("--seeds", help="On intra, the shipped networks of every seed.")] = False,
    data: DataOption = None,
    folder: OutOption = RESULTS,
) -> None:
    """Every test beat through the RTL: class and every potential against the golden model, bit for bit.

    Exit status 1 when anything differs, cycles included.
    """
    start, exact = time.perf_counter(), True
    shipped = sorted((path.stem for path in NETWORKS.glob("*.json")), key=lambda name: Network.load(name).synapses)
    chosen = tuple(filter(None, records.split(",")))
    for source in shipped if network == ALL else network:
        for name in split:
            accuracies = []
            for trained in _trained(source, name, seeds):
                net = Network.load(trained)
                config = config_for(net, lanes, weights, neuron, zero_skip, datapath)
                beats = load(net, name, data, chosen)
                with counter(f"{trained}, {name}: {len(beats.counts)} beats", len(beats.counts)) as done:
                    compared = comparison.compare(net, config, beats, engine, done)
                exact &= compared.exact
                accuracies.append(compared.report["accuracy_hardware"])
                _show(compared.report, trained)
                kind = f"-seed{net.provenance['seed']}" if seeds and name == "intra" else ""
                out.print(comparison.write(compared.report, folder, kind))
            if len(accuracies) > 1 and None not in accuracies:
                mean, spread = 100 * np.mean(accuracies), 100 * np.std(accuracies, ddof=1)
                out.print(
                    f"{source}, {name}: {mean:.3f} % ± {spread:.3f} % in the RTL, {len(accuracies)} seeds", style="bold"
                )
    out.print(f"{'all bit-exact' if exact else 'NOT ALL BIT-EXACT'}, in {time.perf_counter() - start:.0f} s")
    raise typer.Exit(not exact)


def _trained(source: str, split: str, seeds: bool) -> list[str]:
    """The networks to run for a source: for `inter` a shipped name stands for its sibling that was trained on DS1."""
    named = f"{source}-{split}-"
    siblings = sorted(path.stem for path in SEEDS.glob("*.json") if path.stem.startswith(named))
    if split == "intra":
        return siblings or [source] if seeds else [source]
    return siblings[:1] or [source]


def _show(report: dict, source: str) -> None:
    what = f"{report['network']}, {report['split']}"
    golden, hardware = report["golden"], report["hardware"]
    if hardware == golden:
        out.print(table(hardware, f"{what}, RTL and golden model alike"))
    else:
        out.print(table(golden, f"{what}, golden model"))
        if hardware:
            out.print(table(hardware, f"{what}, RTL"))
    for line in comparison.describe(report, source):
        out.print(line, style=None if line.startswith("bit-exact") else "red", soft_wrap=True)
    if hardware:
        out.print(
            f"cycles per beat: {report['cycles_per_beat']:.1f} ({report['cycles_lowest']} to"
            f" {report['cycles_highest']}), as predicted: {not report['mismatched_cycles']};"
            f" {report['simulated_cycles_per_second'] / 1e6:.1f} million cycles/s"
            f" ({report['simulated_cycles'] / 1e6:.1f} million in {report['simulation_seconds']:.1f} s)",
            soft_wrap=True,
        )


def wave(
    record: Annotated[str, typer.Option(help="Name of the record.")],
    beat: Annotated[int, typer.Option(min=0, help="Which of its annotated beats, from 0 on.")],
    network: NetworkOption = "tiny",
    lanes: LanesOption = None,
    weights: WeightsOption = "rom",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    datapath: DatapathOption = "serial",
    data: DataOption = None,
    folder: OutOption = Path("build/waves"),
) -> None:
    """Write the waveform of one beat in the RTL, from reset to its result."""
    net = Network.load(network)
    if isinstance(net.encoding, DirectCounts):
        raise InputError(f"network '{net.name}' takes counts that no encoder makes: give one for heartbeats")
    config = config_for(net, lanes, weights, neuron, zero_skip, datapath)
    beats = read_beats(data_root(data), [record])
    peaks = beats.codes[record].peaks
    mine = np.flatnonzero(beats.peak == (peaks[beat] if beat < len(peaks) else -1))
    if not len(mine):
        raise InputError(f"record {record} has no beat {beat} of a class that is told apart: give 0..{len(peaks) - 1}")
    kind = waveform_format()
    if kind == "vcd":
        err.print("note: no headers of lz4 and zlib (Debian: liblz4-dev zlib1g-dev), so it is VCD instead of FST")
    path = folder / f"{net.name}-{record}-{beat}.{kind}"
    folder.mkdir(parents=True, exist_ok=True)
    answered = Engine(net, config, waves=kind).record(net.encoding.encode(beats.select(mine)), path)
    out.print(f"{path}: record {record}, beat {beat}" + ("" if answered else ", which gave no result"))


def bench(
    network: NetworkOption = "reference",
    lanes: LanesOption = None,
    beats: Annotated[int, typer.Option(min=1, help="Beats of random counts in a round.")] = 5000,
    folder: OutOption = RESULTS,
) -> None:
    """Simulated cycles per second, and their ratio to a plain Verilator loop on the same RTL, in one run."""
    net = Network.load(network)
    config = config_for(net, lanes)
    counts = np.random.default_rng(0).integers(0, net.count_max(0) + 1, (beats, net.inputs))
    figures = speed.bench(net, config, counts)
    out.print(
        f"{net.name}: engine {figures['engine'] / 1e6:.1f} million cycles/s on one processor,"
        f" plain Verilator loop {figures['plain'] / 1e6:.1f} million, ratio {figures['ratio']:.2f}"
    )
    out.print(write_atomic(folder / f"bench-{net.name}.json", json.dumps(figures, indent=1) + "\n"))
