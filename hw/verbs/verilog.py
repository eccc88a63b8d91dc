"""Write the Verilog of a core or chip, and a JSON file of what is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from sparrow_ecg.hw.build import HOSTED, Build
from sparrow_ecg.hw.verbs.options import HostOption, core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import OutOption


@core_options()
def main(
    core: Build,
    top: Annotated[
        Literal["core", "chip", "monitor", "monitor_chip"],
        typer.Option(help="The core alone; the chip around it; front end and core; the chip around these."),
    ] = "core",
    host: HostOption = "spi",
    folder: OutOption = Path("build/verilog"),
) -> None:
    build = replace(core, top=top, host=host)
    network = build.network
    name = f"{f'{top}-{host}' if top in HOSTED else top}-{network.name}-{build.config.slug(network)}"
    with working("writing Verilog"):
        text, described = build.save(folder, name)
    shape = "-".join(map(str, network.shape))
    out.print(f"{text}: network {network.name} ({shape}), {network.synapses} synapses, {build.config}")
    out.print(f"{described}: ports, memories, probes, digest {network.digest[:12]}")
    if build.config.power_gated:
        out.print(f"{folder / name}.upf: power intent, IEEE 1801: domain, switch, isolation")
    if image := build.image():
        path = write_atomic(folder / f"{name}.image", image)
        out.print(f"{path}: {len(image)} bytes, to load before the first beat")
