"""What the verbs about weight images share: the chip that they are for."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.model.network import Network

CHIP = "tiny"
ChipOption = Annotated[str, typer.Option("--chip", help="The network that the chip was made for.")]


def images_of(chip: str, **options: Any) -> ChipImage:
    """What makes and checks images for a chip whose weights are loaded. options: as of `choose`."""
    network = Network.load(chip)
    images = Build(network, choose(network, weights="ram", **options), "chip").images
    assert isinstance(images, ChipImage)
    return images
