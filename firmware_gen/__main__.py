"""``python -m firmware_gen``: what a microcontroller needs to use the chip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.firmware_gen.generate import generate as generate_all
from sparrow_ecg.firmware_gen.host import refresh
from sparrow_ecg.firmware_gen.image import write_image
from sparrow_ecg.hw.config import Geometry
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.hw.host.registers.map import MapParameters, compile_map
from sparrow_ecg.hw.options import (
    LanesOption,
    NetworkOption,
    NeuronOption,
    OutOption,
    WeightsOption,
    ZeroSkipOption,
    config_for,
)
from sparrow_ecg.model.console import InputError, out, run
from sparrow_ecg.model.network.network import Network

app = typer.Typer(no_args_is_help=True, add_completion=False)
FOLDER = Path("build/firmware")
ForOption = Annotated[str, typer.Option("--chip", help="The network that the chip was made for.")]


@app.callback()
def _main() -> None:
    """Firmware for the chip: registers, driver, weight images, documentation."""


@app.command()
def generate(
    network: NetworkOption = "tiny",
    lanes: LanesOption = None,
    weights: WeightsOption = "ram",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    folder: OutOption = FOLDER,
) -> None:
    """Write the C headers, driver, example, weight image and register documentation of a chip."""
    net = Network.load(network)
    config = config_for(net, lanes, weights, neuron, zero_skip)
    written = generate_all(net, config, folder)
    out.print(f"network {net.name} ({'-'.join(map(str, net.shape))}), {config}")
    for path in written:
        out.print(f"{path}: {path.stat().st_size} bytes", soft_wrap=True)


@app.command()
def image(
    network: NetworkOption = "tiny",
    chip: ForOption = "tiny",
    lanes: LanesOption = None,
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    folder: OutOption = FOLDER,
) -> None:
    """Write the weight image of a network, for a chip that was made for this or another one."""
    net = Network.load(network)
    for path in write_image(folder, _images(chip, lanes, neuron, zero_skip).of(net), net.name):
        out.print(f"{path}: {path.stat().st_size} bytes", soft_wrap=True)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A weight image, binary.")],
    chip: ForOption = "tiny",
    lanes: LanesOption = None,
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
) -> None:
    """Say whether a chip would take this weight image, and if not, why."""
    if not file.is_file():
        raise InputError(f"{file}: no such file; write it with `python -m firmware_gen image`")
    images = _images(chip, lanes, neuron, zero_skip)
    images.check(file.read_bytes(), str(file))
    out.print(f"{file}: {images.size} bytes, good for a chip made for {chip}")


@app.command()
def docs(
    only_check: Annotated[bool, typer.Option("--check", help="Fail if it is stale, and write nothing.")] = False,
) -> None:
    """Renew the generated part of docs/HOST.md from the register map."""
    stale = refresh(compile_map(MapParameters()), write=not only_check)
    if stale and only_check:
        raise InputError("docs/HOST.md: its registers are stale; run `python -m firmware_gen docs`")
    out.print(f"docs/HOST.md: {'renewed' if stale else 'fresh'}")


def _images(chip: str, lanes, neuron, zero_skip) -> ChipImage:
    network = Network.load(chip)
    config = config_for(network, lanes, "ram", neuron, zero_skip)
    return ChipImage(Geometry.of(network, config), config)


if __name__ == "__main__":
    run(app, "firmware_gen")
