"""The chip: a core, its registers, and the interface through which a microcontroller or a bus uses them."""

from __future__ import annotations

from typing import ClassVar

from sparrow_ecg.hw.config import CoreConfig, Host
from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.hosted import Hosted
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.model.network import Network


class Chip(Hosted):
    """A core behind a host interface, see there."""

    core_path: ClassVar[tuple[str, ...]] = ("controller", "core")
    beside: ClassVar[tuple[str, ...]] = ("host", "controller")

    def __init__(self, network: Network, config: CoreConfig, host: Host = "spi"):
        super().__init__(Controller(network, config), host)

    @property
    def images(self) -> ChipImage | None:
        """What makes images for it; None if its weights are built in."""
        return self.controller.images
