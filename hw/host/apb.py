"""APB3 slave, for those who embed the core in a system on chip."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS

PINS = {
    "psel": In(1),
    "penable": In(1),
    "pwrite": In(1),
    "paddr": In(ADDRESS_BITS + 2),
    "pwdata": In(DATA_BITS),
    "prdata": Out(DATA_BITS),
    "pready": Out(1),
    "pslverr": Out(1),
}


class ApbSlave(wiring.Component):
    """``pready`` waits for a port that is still busy with its last word; ``pslverr`` is high for a register that is
    not there or does not allow the access. ``active``: the clock is needed.
    """

    pins = PINS

    def __init__(self) -> None:
        super().__init__(PINS | {"active": Out(1), "bus": Out(RegisterBus())})

    @staticmethod
    def selected(pins: Any) -> Value:
        """Whether somebody who has these pins talks to it: no clock is needed to see that."""
        return pins.psel

    def elaborate(self, platform) -> Module:
        m = Module()
        bus = self.bus
        access = self.psel & self.penable
        m.d.comb += [
            bus.address.eq(self.paddr[2:]),
            bus.write_data.eq(self.pwdata),
            bus.read.eq(access & ~self.pwrite),
            bus.write.eq(access & self.pwrite & self.pready),
            self.prdata.eq(bus.read_data),
            self.pready.eq(~(bus.stall & self.pwrite)),
            self.pslverr.eq(access & self.pready & bus.fault),
            self.active.eq(self.psel),
        ]
        return m
