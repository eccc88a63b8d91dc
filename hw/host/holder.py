"""Where a sample waits for the front end, which is busy for some cycles of every block."""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out


class Holder(wiring.Component):
    """A register between a source that cannot wait and a stream that may.

    arrives: in this cycle there is a ``sample``. lost: it is dropped, because the one before it still waits.
    """

    def __init__(self, bits: int):
        super().__init__(
            {
                "sample": In(bits),
                "arrives": In(1),
                "lost": Out(1),
                "samples": Out(stream.Signature(bits)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        held = self.samples
        m.d.comb += self.lost.eq(self.arrives & held.valid & ~held.ready)
        with m.If(held.ready):
            m.d.sync += held.valid.eq(0)
        with m.If(self.arrives & ~self.lost):
            m.d.sync += [held.payload.eq(self.sample), held.valid.eq(1)]
        return m
