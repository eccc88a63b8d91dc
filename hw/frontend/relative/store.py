"""A memory of flip-flops that stays as it is but for the word that is written: each word has a clock of its own."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.shifted import pick


class Store(wiring.Component):
    """``word`` is what stands at ``at``; ``put``: it becomes ``entering``. What nobody wrote is of no value."""

    def __init__(self, bits: int, depth: int):
        self.depth = depth
        at = range(depth)
        super().__init__({"put": In(1), "put_at": In(at), "entering": In(bits), "at": In(at), "word": Out(bits)})

    def elaborate(self, platform) -> Module:
        m = Module()
        words = Signal(data.ArrayLayout(len(self.word), self.depth), reset_less=True)
        for k in range(self.depth):
            with m.If(self.put & (self.put_at == k)):
                m.d.sync += words[k].eq(self.entering)
        m.d.comb += self.word.eq(pick([words[k] for k in range(self.depth)], self.at))
        return m
