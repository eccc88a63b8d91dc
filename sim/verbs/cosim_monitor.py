"""Run the monitor chip's C driver against its RTL.

A recording is played into the sample port, and the driver reads the beats through the SPI pins.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import data_root, read_record
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.rtl.monitor_firmware import verify


@core_options("datapath", "lanes", "zero_skip", "skip_bits", top="monitor_chip", weights="rom")
def main(
    core: Build,
    record: Annotated[str | None, typer.Option(help="Name of a record; by default generated ECG.")] = None,
    seconds: Annotated[int, typer.Option(help="So much of it.", min=30)] = 60,
    data: DataOption = None,
    folder: OutOption = FOLDER / "monitor",
) -> None:
    chip = replace(core, top="monitor_chip")
    heart = read_record(data_root(data), record) if record else generate("cosim", seconds)
    codes = heart.codes[: int(seconds * chip.rate)]
    out.print(f"{heart.name}: {len(codes)} samples; network {chip.network.name}, {chip.config}")
    report = verify(chip, codes, folder)
    path = Path("build/results") / f"cosim-monitor-{chip.network.name}.json"
    write_atomic(path, json.dumps({"record": heart.name, "config": chip.config.as_dict(), **report}, indent=1) + "\n")
    out.print(f"{path}: {json.dumps(report)}")
