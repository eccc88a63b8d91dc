"""Build a core for FPGAs: what it takes, highest clock, bitstream."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import TopOption, core_options
from sparrow_ecg.model.console import counter, err, out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import OutOption, SeedOption
from sparrow_ecg.sim.fpga.devices import DEVICES, Device, device
from sparrow_ecg.sim.fpga.flow import STEPS, Implementation, check_tools, implement
from sparrow_ecg.sim.verbs.options import FASTEST

DEFAULT_DEVICES = ("ice40up5k", "ecp5-25k")


@core_options()
def main(
    core: Build,
    devices: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            help=f"An FPGA, again for more: {', '.join(DEVICES)}; by default {' and '.join(DEFAULT_DEVICES)}.",
            show_default=False,
        ),
    ] = None,
    top: TopOption = "core",
    clock_mhz: Annotated[
        float | None,
        typer.Option(min=0.1, max=FASTEST, help="A clock that must be met; else as fast as it gets."),
    ] = None,
    pins: Annotated[
        Path | None, typer.Option(help="Pin constraints of a board (.pcf, .lpf); else nextpnr chooses pins.")
    ] = None,
    seed: SeedOption = 1,
    folder: OutOption = Path("build/results"),
) -> None:
    if top == "monitor":
        raise InputError("--top monitor: has more pins than the packages: choose core or chip")
    build = replace(core, top="chip" if top == "chip" else "few_pins")  # that fit the pins of a package
    net, config = build.network, build.config
    chosen = [device(name) for name in dict.fromkeys(devices or DEFAULT_DEVICES)]
    for one in chosen:
        check_tools(one)
    if pins and len(chosen) > 1:
        raise InputError("pins belong to one board: give one --device with --pins")
    built, refused = {}, []
    with counter("synthesis, place and route, bitstream", STEPS * len(chosen)) as done:
        for one in chosen:
            try:
                built[one] = implement(build, one, f"network '{net.name}'", clock_mhz, pins, seed, done)
            except InputError as error:
                refused.append(str(error))
    if built:
        _show(build, built)
    for one, made in built.items():
        name = f"fpga-{net.name}-{one.name}{'-chip' if top == 'chip' else ''}-{config.slug(net)}"
        bitstream = write_atomic(folder / f"{name}.{one.family.bitstream}", made.bitstream)
        described = describe(build, one, made) | {"bitstream": bitstream.name, "pins_file": str(pins or "")}
        described |= {"seed": seed, "target_mhz": clock_mhz or one.target_mhz}
        path = write_atomic(folder / f"{name}.json", json.dumps(described, indent=2) + "\n")
        out.print(f"wrote {path} and {bitstream}")
    if built and not pins:
        err.print("note: nextpnr chose the pins, so these bitstreams measure; for a board give its --pins")
    if refused:
        raise InputError("; ".join(refused))


def describe(build: Build, device: Device, made: Implementation) -> dict:
    """JSON-ready."""
    network, cycles = build.network, build.longest
    return {
        "network": network.name,
        "digest": network.digest,
        "shape": list(network.shape),
        "synapses": network.synapses,
        "config": build.config.as_dict(),
        "top": build.top,
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


def _show(build: Build, built: dict[Device, Implementation]) -> None:
    wrapped = "registers and SPI are part of it" if build.top == "chip" else "its result leaves bit by bit"
    shape = "-".join(map(str, build.network.shape))
    out.print(f"{build.network.name} ({shape}), {build.config}, {build.top}: {wrapped}")
    table = Table("", *(one.name for one in built))
    rows = dict.fromkeys(name for made in built.values() for name in made.used)
    for name in rows:
        table.add_row(name, *(_share(made.used.get(name)) for made in built.values()))
    table.add_row("highest clock, MHz", *(f"{made.fmax_mhz:.1f}" for made in built.values()))
    cycles = build.longest
    table.add_row(f"a beat of {cycles} cycles, us", *(f"{cycles / made.fmax_mhz:.2f}" for made in built.values()))
    table.add_row("bitstream, kB", *(f"{len(made.bitstream) / 1000:.0f}" for made in built.values()))
    out.print(table)


def _share(used: tuple[int, int] | None) -> str:
    if used is None:
        return "in logic cells"
    return f"{used[0]} of {used[1]} ({used[0] / max(used[1], 1):.0%})"
