"""What a chip with a clock of its own has around its controller: host interface, interrupt, request for the clock."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, ResetInserter, ResetSignal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.host.apb import ApbSlave
from sparrow_ecg.hw.host.spi import SpiSlave


class Hosted(wiring.Component):
    """A controller behind SPI (``cs_n``, ``sck``, ``mosi``, ``miso``, ``miso_enable``) or APB3.

    irq:           high while an enabled interrupt is pending.
    clock_request: the clock is needed; it may stand still while this is low. Chip select raises it at once.

    controller: has ``bus``, ``frame_error``, ``status``, ``irq``, ``working`` and ``reset``, as `Controller` says.
    pins:       what there is besides; subclasses connect them.
    """

    def __init__(self, controller: Any, host: SpiSlave | ApbSlave, pins: dict[str, Any] | None = None):
        self.host = host
        self.controller = controller
        super().__init__(self.host.pins | {"irq": Out(1), "clock_request": Out(1)} | (pins or {}))

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
