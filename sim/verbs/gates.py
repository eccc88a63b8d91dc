"""The verbs ``synth`` and ``gatepower`` of the command line."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from sparrow_ecg.hw.config import CoreConfig, Datapath, Neuron, Weights
from sparrow_ecg.hw.options import (
    DataOption,
    LanesOption,
    NetworkOption,
    NeuronOption,
    OutOption,
    TopOption,
    WeightsOption,
    ZeroSkipOption,
    config_for,
    suffix,
)
from sparrow_ecg.model.console import InputError, err, out, write_atomic
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.sim.gates.design import build
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.energy.power import KINDS
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS
from sparrow_ecg.sim.gates.netlist.netlist import verilog
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.heartbeats import load
from sparrow_ecg.sim.progress import counter

RESULTS = Path("build/results")

PdkOption = Annotated[str, typer.Option(help=f"Cell library: {', '.join([*PDKS, GENERIC])}.")]
CornerOption = Annotated[str | None, typer.Option(help="A corner of the library; by default its typical one.")]
GatesOption = Annotated[
    int, typer.Option(help="Clock gates for flip-flops that share an enable, from this many on; 0 for none.")
]
LeastOption = Annotated[
    Datapath | None,
    typer.Option(help="By default what takes least energy: tree where it can be built and no lanes are asked for."),
]
FlatOption = Annotated[bool, typer.Option(help="Optimise across blocks; --no-flat keeps each gate in its block.")]


def synth(
    network: NetworkOption = "tiny",
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    lanes: LanesOption = None,
    weights: WeightsOption = "rom",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    datapath: LeastOption = None,
    top: TopOption = "core",
    clock_gates: GatesOption = Flow().clock_gates,
    flat: FlatOption = True,
    data: DataOption = None,
    folder: OutOption = RESULTS,
) -> None:
    """Map a core or chip onto standard cells: cells and area by block, longest path."""
    net = Network.load(network)
    config, special = _config(net, lanes, weights, neuron, zero_skip, datapath)
    flow = replace(Flow(), clock_gates=clock_gates, flat=flat)
    design = build(net, config, pdk, _liberty_root(data), corner, flow, top)
    described = design.describe()
    _show_synthesis(described)
    name = f"synth-{net.name}-{pdk}{special}{'' if top == 'core' else f'-{top}'}"
    if design.library:
        text = f"// {net.name} {net.digest[:12]} on {pdk} {design.library.corner}\n{verilog(design.netlist, top)}"
        out.print(f"wrote {write_atomic(folder / f'{name}.v', text)}")
    out.print(f"wrote {write_atomic(folder / f'{name}.json', json.dumps(described, indent=2) + chr(10))}")


def gatepower(
    network: NetworkOption = "tiny",
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    beats: Annotated[int, typer.Option(min=1, help="Test beats to measure, drawn at random.")] = 200,
    clock_mhz: Annotated[float, typer.Option(help="Clock, for leakage per beat.")] = 4.0,
    lanes: LanesOption = None,
    weights: WeightsOption = "rom",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    datapath: LeastOption = None,
    top: TopOption = "core",
    clock_gates: GatesOption = Flow().clock_gates,
    flat: FlatOption = True,
    split: Annotated[str, typer.Option(help="intra, inter or adaptive: its test beats.")] = "intra",
    seed: Annotated[int, typer.Option(help="Which beats are drawn.")] = 0,
    data: DataOption = None,
    folder: OutOption = RESULTS,
) -> None:
    """Energy per beat from a gate-level simulation of real test beats on the mapped netlist: of the core, given its
    counts one by one, or of the chip, used through its SPI pins.
    """
    if pdk == GENERIC:
        raise InputError(f"pdk {GENERIC} has no energies: choose from {', '.join(PDKS)}")
    net = Network.load(network)
    config, special = _config(net, lanes, weights, neuron, zero_skip, datapath)
    flow = replace(Flow(), clock_gates=clock_gates, flat=flat)
    design = build(net, config, pdk, _liberty_root(data), corner, flow, top)
    hearts = load(net, split, data)
    err.print(f"{len(hearts.counts)} test beats of {split} on {len(design.netlist.instances)} cells of {pdk}")
    run, mismatched = measurement.check(design, hearts.counts)
    order = np.random.default_rng(seed).permutation(len(hearts.counts))
    first, second = order[:beats], order[beats : 2 * beats]
    with counter("gate-level energy", len(first) + len(second)) as done:
        measured = measurement.energy(design, hearts.counts[first], progress=done)
        other = measurement.energy(design, hearts.counts[second], progress=done) if len(second) else measured
    result = (
        design.describe()
        | {
            "split": split,
            "accuracy_hardware": float((run.classes == hearts.beats.label).mean()),
            "beats_checked": len(run.classes),
            "mismatched_beats": mismatched,
            "annotated_share": measurement.annotated(design),
            "beats": len(first),
        }
        | design.simulator.stated
        | measurement.summary(design, measured, clock_mhz)
        | {
            "second_beats": {
                "beats": len(second),
                "energy_per_beat_nj": measurement.summary(design, other, clock_mhz)["energy_per_beat_nj"],
            }
        }
    )
    _show_power(result)
    path = folder / f"gatepower-{net.name}-{pdk}{special}{'' if top == 'core' else f'-{top}'}.json"
    out.print(f"wrote {write_atomic(path, json.dumps(result, indent=2) + chr(10))}")
    if mismatched:
        err.print(f"{mismatched} of {len(run.classes)} beats differ from the golden model", style="red")
        raise typer.Exit(1)


def _config(
    net: Network, lanes: int | None, weights: Weights, neuron: Neuron, zero_skip: bool, datapath: Datapath | None
) -> tuple[CoreConfig, str]:
    """The config that the options ask for, and what is special about it, for the names of files."""
    usual = config_for(net, datapath="tree")  # lanes as by default
    if datapath is None:
        datapath = "tree" if (lanes, weights, neuron, zero_skip) == (None, "rom", "ssf", True) else "serial"
    config = config_for(net, lanes, weights, neuron, zero_skip, datapath)
    return config, suffix(config, usual)


def _liberty_root(data: Path | None) -> Path:
    """The data root, which need not have records in it."""
    return data or Path(os.environ.get("ECG_DATA") or "data")


def _show_synthesis(described: dict) -> None:
    shape = "-".join(map(str, described["shape"]))
    out.print(f"{described['network']} ({shape}) on {described['pdk']} {described.get('corner', '')}")
    if described["pdk"] == GENERIC:
        out.print(
            f"{described['cells']} gates, {described['registers']} of them registers,"
            f" {described['gate_equivalents']:.0f} gate equivalents; longest path"
            f" {described['longest_path_gates']} gates (no library: no area, no time)"
        )
        return
    table = Table("block", "cells", "registers", "area um2", "share")
    for name, block in described["blocks"].items():
        share = block["area_um2"] / described["area_um2"]
        table.add_row(name, str(block["cells"]), str(block["registers"]), f"{block['area_um2']:.1f}", f"{share:.1%}")
    out.print(table)
    out.print(
        f"{described['cells']} cells, {described['registers']} registers, {described['clock_gates']} clock gates,"
        f" {described['area_um2']:.1f} um2; longest path {described['longest_path_ns']:.3f} ns,"
        f" highest clock {described['fmax_mhz']:.1f} MHz (before layout)"
    )


def _show_power(result: dict) -> None:
    table = Table("pJ per beat", *KINDS, "total")
    for title, rows in (
        ("[bold]{}[/bold]", {"total": result["energy_split_nj"]}),
        ("in cycles of {}", result["layers_nj"]),
        ("in block {}", result["blocks_nj"]),
    ):
        for name, kinds in rows.items():
            values = [kinds[kind] * 1e3 for kind in KINDS]
            table.add_row(title.format(name), *(f"{value:.2f}" for value in values), f"{sum(values):.2f}")
        table.add_section()
    out.print(table)
    out.print(
        f"{result['beats_checked'] - result['mismatched_beats']} of {result['beats_checked']} test beats bit-exact"
        f" on the netlist, accuracy {result['accuracy_hardware']:.2%} ({result['split']})"
    )
    out.print(
        f"[bold]{result['energy_per_beat_nj']:.4f} nJ per beat[/bold] on {result['pdk']} {result['corner']},"
        f" {result['beats']} beats, {result['cycles_per_beat']:.1f} cycles, {result['clock_mhz']:g} MHz;"
        f" {result['energy_without_glitches_nj']:.4f} nJ without glitches;"
        f" {result['second_beats']['energy_per_beat_nj']:.4f} nJ on other beats"
    )
    if sck := result.get("sck_cycles"):
        out.print(f"counts and answers through SPI, sck = clk/{sck}; the clock runs only while clock_request is high")
    out.print(
        f"{result['energy_per_synapse_pj']:.3f} pJ per synapse; leakage {result['leakage_nw']:.1f} nW;"
        f" {result['power_at_75_bpm_nw']:.2f} nW at 75 beats per minute; {result['annotated_share']:.1%} of nets"
        f" annotated; clock tree, estimated, {result['clock_tree_nj'] * 1e3:.1f} pJ of it"
    )
