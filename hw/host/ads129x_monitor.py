"""A monitor behind the adapter of an ADS129x: what the converter sends goes in, classified beats come out."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.frontend.frontend import TIME_BITS
from sparrow_ecg.hw.frontend.monitor import Monitor, beat_layout
from sparrow_ecg.hw.host.ads129x import Ads129x
from sparrow_ecg.hw.host.holder import Holder
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION


class Ads129xMonitor(wiring.Component):
    """drdy_n, sck, dout, wrong: of the adapter. beats, off, block: of the monitor. lost: a sample was dropped.

    A chip has the same adapter, if any, before its sample port.
    """

    core_path: ClassVar[tuple[str, ...]] = ("monitor", *Monitor.core_path)

    def __init__(self, network: Network, config: CoreConfig, rate: float, adapter: Ads129x | None = None):
        self.monitor, self.adapter = Monitor(network, config, rate), adapter or Ads129x()
        super().__init__(
            {
                "drdy_n": In(1, init=1),
                "sck": Out(1),
                "dout": In(1),
                "wrong": Out(1),
                "lost": Out(1),
                "beats": Out(stream.Signature(beat_layout(self.monitor.core.geometry))),
                "off": Out(1),
                "block": Out(TIME_BITS),
                "clock_request": Out(1),
            }
        )

    @property
    def beside(self) -> tuple[str, ...]:
        return "adapter", "holder", *(f"monitor.{name}" for name in self.monitor.beside), "monitor"

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.adapter = adapter = self.adapter
        m.submodules.holder = holder = Holder(RESOLUTION)
        m.submodules.monitor = monitor = self.monitor
        wiring.connect(m, holder.samples, monitor.samples)
        wiring.connect(m, monitor.beats, wiring.flipped(self.beats))
        m.d.comb += [
            adapter.drdy_n.eq(self.drdy_n),
            adapter.dout.eq(self.dout),
            self.sck.eq(adapter.sck),
            self.wrong.eq(adapter.wrong),
            holder.sample.eq(adapter.sample),
            holder.arrives.eq(adapter.sample_valid),
            self.lost.eq(holder.lost),
            self.off.eq(monitor.off),
            self.block.eq(monitor.block),
            self.clock_request.eq(adapter.clock_request | monitor.clock_request),
        ]
        return m
