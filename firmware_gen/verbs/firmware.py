"""Write the C driver, registers, weight image and documents of a chip."""

from __future__ import annotations

from dataclasses import replace

from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.verbs.options import OutOption


@core_options()
def main(core: Build, folder: OutOption = FOLDER) -> None:
    chip = replace(core, top="chip")
    with working("writing driver, registers and documentation"):
        written = generate(chip, folder)
    out.print(f"network {chip.network.name} ({'-'.join(map(str, chip.network.shape))}), {chip.config}")
    for path in written:
        out.print(f"{path}: {path.stat().st_size} bytes")
