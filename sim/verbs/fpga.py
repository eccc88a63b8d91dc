"""The verb ``fpga`` of the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.few_pins import TOP, generate_few_pins
from sparrow_ecg.hw.options import (
    DatapathOption,
    LanesOption,
    NetworkOption,
    NeuronOption,
    OutOption,
    Top,
    TopOption,
    WeightsOption,
    ZeroSkipOption,
    config_for,
    suffix,
)
from sparrow_ecg.hw.verilog import generate_top
from sparrow_ecg.model.console import InputError, err, out, write_atomic
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.sim.fpga.devices import DEVICES, Device, device
from sparrow_ecg.sim.fpga.flow import STEPS, Implementation, check_tools, implement
from sparrow_ecg.sim.progress import counter
from sparrow_ecg.sim.rtl.engine import longest_beat

DEFAULT_DEVICES = ("ice40up5k", "ecp5-25k")


def design(network: Network, config: CoreConfig, top: Top) -> tuple[str, str]:
    """Verilog and top module that fit the pins of a package: a `FewPinCore`, or the chip behind SPI."""
    if top == "chip":
        return generate_top(network, config, top).text, top
    return generate_few_pins(network, config), TOP


def main(
    network: NetworkOption = "tiny",
    devices: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            help=f"An FPGA, again for more: {', '.join(DEVICES)}; by default {' and '.join(DEFAULT_DEVICES)}.",
            show_default=False,
        ),
    ] = None,
    lanes: LanesOption = None,
    weights: WeightsOption = "rom",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    datapath: DatapathOption = "serial",
    top: TopOption = "core",
    clock_mhz: Annotated[
        float | None, typer.Option(min=0.1, help="A clock that must be met; by default as fast as it gets.")
    ] = None,
    pins: Annotated[
        Path | None, typer.Option(help="Pin constraints of a board (.pcf, .lpf); else nextpnr chooses pins.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Where placement starts from.")] = 1,
    folder: OutOption = Path("build/results"),
) -> None:
    """Build a core for FPGAs: what it takes of them, its highest clock, and a bitstream."""
    net = Network.load(network)
    config = config_for(net, lanes, weights, neuron, zero_skip, datapath)
    chosen = [device(name) for name in dict.fromkeys(devices or DEFAULT_DEVICES)]
    for one in chosen:
        check_tools(one)
    if pins and len(chosen) > 1:
        raise InputError("pins belong to one board: give one --device with --pins")
    text, module = design(net, config, top)
    built, refused = {}, []
    with counter("synthesis, place and route, bitstream", STEPS * len(chosen)) as done:
        for one in chosen:
            try:
                built[one] = implement(text, module, one, f"network '{net.name}'", clock_mhz, pins, seed, done)
            except InputError as error:
                refused.append(str(error))
    if built:
        _show(net, config, top, built)
    for one, made in built.items():
        name = f"fpga-{net.name}-{one.name}{'-chip' if top == 'chip' else ''}{suffix(config, config_for(net))}"
        bitstream = write_atomic(folder / f"{name}.{one.family.bitstream}", made.bitstream)
        described = describe(net, config, top, one, made) | {"bitstream": bitstream.name, "pins_file": str(pins or "")}
        described |= {"seed": seed, "target_mhz": clock_mhz or one.target_mhz}
        path = write_atomic(folder / f"{name}.json", json.dumps(described, indent=2) + "\n")
        out.print(f"wrote {path} and {bitstream}")
    if built and not pins:
        err.print("note: nextpnr chose the pins, so these bitstreams measure; for a board give its --pins")
    if refused:
        raise InputError("; ".join(refused))


def describe(network: Network, config: CoreConfig, top: Top, device: Device, made: Implementation) -> dict:
    """JSON-ready."""
    cycles = longest_beat(network, config)
    return {
        "network": network.name,
        "digest": network.digest,
        "shape": list(network.shape),
        "synapses": network.synapses,
        "config": asdict(config),
        "top": top,
        "device": device.name,
        "options": list(device.options),
        "tools": {name: version(name) for name in ("pyosys", device.family.package.replace("_", "-"))},
        "used": {name: {"used": used, "available": there} for name, (used, there) in made.used.items()},
        "fmax_mhz": made.fmax_mhz,
        "longest_path": list(made.path),
        "input_ns": made.input_ns,
        "output_ns": made.output_ns,
        "longest_beat_cycles": cycles,
        "longest_beat_us": cycles / made.fmax_mhz,
        "bitstream_bytes": len(made.bitstream),
    }


def _show(network: Network, config: CoreConfig, top: Top, built: dict[Device, Implementation]) -> None:
    wrapped = "its result leaves bit by bit" if top == "core" else "registers and SPI are part of it"
    out.print(f"{network.name} ({'-'.join(map(str, network.shape))}), {config}, {top}: {wrapped}")
    table = Table("", *(one.name for one in built))
    rows = dict.fromkeys(name for made in built.values() for name in made.used)
    for name in rows:
        table.add_row(name, *(_share(made.used.get(name)) for made in built.values()))
    table.add_row("highest clock, MHz", *(f"{made.fmax_mhz:.1f}" for made in built.values()))
    cycles = longest_beat(network, config)
    table.add_row(f"a beat of {cycles} cycles, us", *(f"{cycles / made.fmax_mhz:.2f}" for made in built.values()))
    table.add_row("bitstream, kB", *(f"{len(made.bitstream) / 1000:.0f}" for made in built.values()))
    out.print(table)


def _share(used: tuple[int, int] | None) -> str:
    if used is None:
        return "in logic cells"
    return f"{used[0]} of {used[1]} ({used[0] / max(used[1], 1):.0%})"
