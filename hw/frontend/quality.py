"""Whether there is an ECG. Twin of `model/frontend/quality.py`."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.frontend.quality import OFF


class Quality(wiring.Component):
    """push: take in whether a block is ``bad``; ``off`` is right from that cycle on."""

    def __init__(self) -> None:
        super().__init__({"push": In(1), "bad": In(1), "off": Out(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        count = Signal(range(OFF + 1))
        was = Signal()
        moved = Signal(range(OFF + 1))
        m.d.comb += moved.eq(count)
        with m.If(self.push & self.bad & (count != OFF)):
            m.d.comb += moved.eq(count + 1)
        with m.If(self.push & ~self.bad & (count != 0)):
            m.d.comb += moved.eq(count - 1)
        m.d.comb += self.off.eq((moved == OFF) | (was & (moved != 0)))
        with m.If(self.push):
            m.d.sync += [count.eq(moved), was.eq(self.off)]
        return m
