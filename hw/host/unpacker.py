"""Words from the host, byte by byte."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

BYTES = 4


class Unpacker(wiring.Component):
    """Holds one word, and hands out its bytes, the most significant first.

    write: take ``word``; only while ``empty``.
    drop:  forget what is left of the word.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "word": In(8 * BYTES),
                "write": In(1),
                "drop": In(1),
                "empty": Out(1),
                "bytes": Out(stream.Signature(8)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        held, left = Signal(8 * BYTES), Signal(range(BYTES + 1))
        m.d.comb += [
            self.empty.eq(left == 0),
            self.bytes.valid.eq(~self.empty),
            self.bytes.payload.eq(held[-8:]),
        ]
        with m.If(self.drop):
            m.d.sync += left.eq(0)
        with m.Elif(self.write & self.empty):
            m.d.sync += [held.eq(self.word), left.eq(BYTES)]
        with m.Elif(self.bytes.valid & self.bytes.ready):
            m.d.sync += [held.eq(Cat(held[:8], held[:-8])), left.eq(left - 1)]
        return m
