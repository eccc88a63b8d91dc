"""Write the C headers, driver, example, weight image and register documentation of a chip."""

from __future__ import annotations

from dataclasses import replace

from sparrow_ecg.firmware_gen.generate import FOLDER, generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out
from sparrow_ecg.model.verbs.options import OutOption


@core_options()
def main(core: Build, folder: OutOption = FOLDER) -> None:
    chip = replace(core, top="chip")
    written = generate(chip, folder)
    out.print(f"network {chip.network.name} ({'-'.join(map(str, chip.network.shape))}), {chip.config}")
    for path in written:
        out.print(f"{path}: {path.stat().st_size} bytes", soft_wrap=True)
