"""The chip: a core, its registers, and the interface through which a microcontroller or a bus uses them."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import ClockDomain, EnableInserter, Module, ResetInserter, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.host.apb import ApbSlave
from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.hosted import Hosted
from sparrow_ecg.hw.host.registers.map import number, register_at
from sparrow_ecg.hw.host.sck_slave import PINS, SckSlave
from sparrow_ecg.model.network import Network

CORE_PATH = ("controller", "core")
BESIDE = ("host", "controller")


class BusChip(Hosted):
    """A core behind APB3, see `Hosted`."""

    core_path: ClassVar[tuple[str, ...]] = CORE_PATH
    beside: ClassVar[tuple[str, ...]] = BESIDE

    def __init__(self, network: Network, config: CoreConfig):
        super().__init__(Controller(network, config, bus=True), ApbSlave())


class SpiChip(wiring.Component):
    """A core behind SPI. ``sck`` is its only clock, and moves nothing while the chip is not selected.

    rst: high for a moment, at any time, without a clock; the next bit of a frame takes all but the frame back to what
         it was after power-up.
    irq: high while an enabled interrupt is pending. Like all else it moves with ``sck`` alone.
    """

    core_path: ClassVar[tuple[str, ...]] = CORE_PATH
    beside: ClassVar[tuple[str, ...]] = BESIDE

    def __init__(self, network: Network, config: CoreConfig):
        self.controller = Controller(network, config)
        self.host = SckSlave(number(register_at(self.controller.map, "BEAT")), self.controller.beat_port)
        super().__init__({"rst": In(1), "sck": In(1)} | PINS | {"irq": Out(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        host, controller = self.host, self.controller
        resetting = Signal(init=1)  # until the first bit after it
        m.domains += clocked_by(self.sck, self.cs_n, self.rst, resetting)
        m.d.reset += resetting.eq(resetting & self.cs_n)
        m.submodules.host = EnableInserter(~self.cs_n)(host)
        m.submodules.controller = EnableInserter(~self.cs_n)(ResetInserter(controller.reset)(controller))
        wiring.connect(m, host.bus, controller.bus)
        wiring.connect(m, host.beat, controller.beat)
        m.d.comb += [
            host.cs_n.eq(self.cs_n),
            host.mosi.eq(self.mosi),
            host.status.eq(controller.status),
            controller.frame_error.eq(host.frame_error),
            self.miso.eq(host.miso),
            self.miso_enable.eq(host.miso_enable),
            self.irq.eq(controller.irq & ~resetting),
        ]
        return m


def clocked_by(sck: Signal, cs_n: Signal, rst: Signal, resetting: Signal) -> list[ClockDomain]:
    """The domains of a chip whose clock is ``sck``: ``sync``, those of `SckSlave`, and ``reset``, reset by ``rst``."""
    of_sck = {"sync": resetting, "frame": cs_n, "late": cs_n, "reset": rst}
    domains = []
    for name, reset in of_sck.items():
        domain = ClockDomain(name, async_reset=name != "sync", clk_edge="neg" if name == "late" else "pos")
        domain.clk, domain.rst = sck, reset
        domains.append(domain)
    return domains
