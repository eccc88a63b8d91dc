"""The monitor chip: samples come in from a converter, and a microcontroller reads classified beats."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Module
from amaranth.lib.wiring import In

from sparrow_ecg.hw.config import CoreConfig, Host
from sparrow_ecg.hw.frontend.monitor import Monitor
from sparrow_ecg.hw.host.apb import ApbSlave
from sparrow_ecg.hw.host.events import DEPTH
from sparrow_ecg.hw.host.hosted import Hosted
from sparrow_ecg.hw.host.monitor_controller import MonitorController
from sparrow_ecg.hw.host.spi import SpiSlave
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION, SAMPLING_RATE


class MonitorChip(Hosted):
    """A monitor behind a host interface, see there.

    sample, sample_valid: in each cycle with ``sample_valid`` high, a code of 11 bits is taken. It raises
                          ``clock_request`` at once, as chip select does.
    rate:  samples a second. depth: events that it holds.
    """

    core_path: ClassVar[tuple[str, ...]] = ("controller", "monitor", *Monitor.core_path)
    images = None  # the weights are built in

    def __init__(
        self,
        network: Network,
        config: CoreConfig,
        rate: float = SAMPLING_RATE,
        host: Host = "spi",
        depth: int = DEPTH,
    ):
        pins = {"sample": In(RESOLUTION), "sample_valid": In(1)}
        interface = SpiSlave() if host == "spi" else ApbSlave()
        super().__init__(MonitorController(network, config, rate, depth), interface, pins)

    @property
    def beside(self) -> tuple[str, ...]:
        monitor = (f"controller.monitor.{name}" for name in self.controller.monitor.beside)
        return "host", "controller.holder", "controller.registers", "controller.events", *monitor, "controller"

    def elaborate(self, platform) -> Module:
        m = super().elaborate(platform)
        m.d.comb += [self.controller.sample.eq(self.sample), self.controller.arrives.eq(self.sample_valid)]
        return m
