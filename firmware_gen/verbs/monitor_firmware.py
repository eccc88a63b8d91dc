"""Write the C driver, registers and documents of a monitor chip."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.firmware_gen.monitor import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.verbs.options import OutOption


@core_options("datapath", "lanes", "zero_skip", "skip_bits", top="monitor_chip", weights="rom")
def main(
    core: Build,
    rate: Annotated[float, typer.Option(help="Samples a second, 125 to 1000.")] = SAMPLING_RATE,
    folder: OutOption = FOLDER / "monitor",
) -> None:
    chip = replace(core, top="monitor_chip", rate=rate)
    with working("writing driver, registers and documentation"):
        written = generate(chip, folder)
    out.print(f"network {chip.network.name}, {chip.config}, {rate:g} samples a second")
    for path in written:
        out.print(f"{path}: {path.stat().st_size} bytes")
