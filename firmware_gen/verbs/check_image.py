"""Say whether a chip would take this weight image, and if not, why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.firmware_gen.verbs.options import CHIP, ChipOption, images_of
from sparrow_ecg.hw.verbs.options import LanesOption, NeuronOption, ZeroSkipOption
from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import InputError


def main(
    file: Annotated[Path, typer.Argument(help="A weight image, binary.")],
    chip: ChipOption = CHIP,
    lanes: LanesOption = None,
    neuron: NeuronOption = None,
    zero_skip: ZeroSkipOption = None,
) -> None:
    if not file.is_file():
        raise InputError(f"{file}: no such file; write it with `sparrow image`")
    images = images_of(chip, lanes=lanes, neuron=neuron, zero_skip=zero_skip)
    images.check(file.read_bytes(), str(file))
    out.print(f"{file}: {images.size} bytes, good for a chip made for {chip}")
