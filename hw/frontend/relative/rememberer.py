"""Counts of the beats before, after those of a beat. Twin of `Rememberer` in `relative/follower.py` of the model."""

from __future__ import annotations

from itertools import pairwise

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding


class Rememberer(wiring.Component):
    """told:  counts of a beat itself, which are passed on.
    counts:   those, and then what is remembered of the beats before.
    recalls:  all of the beat itself are taken, and not all of those before.
    done:     the last count is taken in this cycle.
    start:    forget.

    What is remembered goes round. While it is told, that of the beat itself takes the place of the beat before, that of
    the beat before of the one before that, and so on; what is oldest ends where the next beat's is written.
    """

    def __init__(self, encoding: RememberingEncoding):
        self.encoding = encoding
        counts = stream.Signature(encoding.input_bits)
        super().__init__({"told": In(counts), "counts": Out(counts), "recalls": Out(1), "done": Out(1), "start": In(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        places, bits = self.encoding.places, self.encoding.input_bits
        now = [Signal(bits, name=f"now_{k}", reset_less=True) for k in range(len(places))]
        words = range(self.encoding.beats * len(places))
        before = [Signal(bits, name=f"before_{k}", reset_less=True) for k in words]
        position = Signal(range(self.encoding.inputs))  # of the count that is next
        known = Signal()  # whether there is a beat before; the first one stands for it
        recalled = Signal(bits)
        m.d.comb += [
            self.recalls.eq(position >= self.encoding.now.inputs),
            recalled.eq(Mux(known, before[0], now[0])),
            self.counts.valid.eq(self.told.valid | self.recalls),
            self.counts.payload.eq(Mux(self.recalls, recalled, self.told.payload)),
            self.told.ready.eq(self.counts.ready & ~self.recalls),
            self.done.eq(self.counts.ready & (position == self.encoding.inputs - 1)),
        ]
        with m.If(self.counts.valid & self.counts.ready):
            m.d.sync += position.eq(Mux(self.done, 0, position + 1))
            with m.If(self.recalls):
                for line in ([*now, recalled], [*before, now[0]]):
                    m.d.sync += [word.eq(following) for word, following in pairwise(line)]
            for place, word in zip(places, now, strict=True):
                with m.If(position == place):
                    m.d.sync += word.eq(self.told.payload)
        with m.If(self.start):
            m.d.sync += known.eq(0)
        with m.Elif(self.done):
            m.d.sync += known.eq(1)
        return m
