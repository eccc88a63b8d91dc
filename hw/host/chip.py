"""The chip: a core, its registers, and the interface through which a microcontroller or a bus uses them."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Module, ResetInserter, ResetSignal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig, Host
from sparrow_ecg.hw.host.apb import ApbSlave
from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.hw.host.spi import SpiSlave
from sparrow_ecg.model.network import Network

HOSTS: dict[str, type[SpiSlave] | type[ApbSlave]] = {"spi": SpiSlave, "apb": ApbSlave}


class Chip(wiring.Component):
    """A core behind SPI (``cs_n``, ``sck``, ``mosi``, ``miso``, ``miso_enable``) or APB3.

    irq:           high while an enabled interrupt is pending.
    clock_request: the clock is needed; it may stand still while this is low. Chip select raises it at once.
    """

    core_path: ClassVar[tuple[str, ...]] = ("controller", "core")
    beside: ClassVar[tuple[str, ...]] = ("host", "controller")

    def __init__(self, network: Network, config: CoreConfig, host: Host = "spi"):
        self.host = HOSTS[host]()
        self.controller = Controller(network, config)
        super().__init__(self.host.pins | {"irq": Out(1), "clock_request": Out(1)})

    @property
    def images(self) -> ChipImage | None:
        """What makes images for it; None if its weights are built in."""
        return self.controller.images

    def elaborate(self, platform) -> Module:
        m = Module()
        host, controller = self.host, self.controller
        m.submodules.host = host
        m.submodules.controller = ResetInserter(controller.reset)(controller)
        wiring.connect(m, host.bus, controller.bus)
        for name, member in host.pins.items():
            pin, inner = getattr(self, name), getattr(host, name)
            m.d.comb += inner.eq(pin) if member.flow == In else pin.eq(inner)
        m.d.comb += [
            self.irq.eq(controller.irq),
            self.clock_request.eq(host.selected(self) | host.active | controller.working | ResetSignal()),
        ]
        if isinstance(host, SpiSlave):
            m.d.comb += [host.status.eq(controller.status), controller.frame_error.eq(host.frame_error)]
        return m
