"""Where a sample waits for the front end, when that is still busy with a block."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out


class Holder(wiring.Component):
    """Between a source that cannot wait and a stream that may: a register that is used when it has to be.

    arrives: in this cycle there is a ``sample``. lost: it is dropped, because the one before it still waits.
    waits:   there is no room for one that is not taken at once.
    """

    def __init__(self, bits: int):
        super().__init__(
            {
                "sample": In(bits),
                "arrives": In(1),
                "lost": Out(1),
                "waits": Out(1),
                "samples": Out(stream.Signature(bits)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        samples, waits = self.samples, self.waits
        stored = Signal.like(self.sample, reset_less=True)
        m.d.comb += [
            samples.valid.eq(waits | self.arrives),
            samples.payload.eq(Mux(waits, stored, self.sample)),
            self.lost.eq(self.arrives & waits & ~samples.ready),
        ]
        with m.If(self.arrives & (waits == samples.ready)):
            m.d.sync += [stored.eq(self.sample), waits.eq(1)]
        with m.Elif(waits & samples.ready):
            m.d.sync += waits.eq(0)
        return m
