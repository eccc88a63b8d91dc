"""Counts of a beat's intervals and range, one after the other. Twin of `Encoding.feature` and `State` of the model."""

from __future__ import annotations

from amaranth.hdl import Array, Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.detector import LONGEST
from sparrow_ecg.model.signals.ecg.encoding import INTERVAL_LOG2, INTERVAL_OFFSET, MEAN_LOG2, RANGE_LOG2, Encoding

INTERVAL = range(LONGEST + 1)  # in blocks
LONGEST_TICKS = BLOCK * LONGEST


class Rhythm(wiring.Component):
    """take:  a new beat, ``interval`` blocks after the one before if it ``follows`` one.
    start:    forget all.
    span:     of the shape.
    following: interval after the beat that was taken, in blocks.
    counts:   of that beat's features, offered while ``go`` is held until ``done``.
    previous: the interval before that beat, in blocks.
    """

    def __init__(self, encoding: Encoding, span_bits: int):
        self.encoding = encoding
        super().__init__(
            {
                "take": In(1),
                "follows": In(1),
                "interval": In(INTERVAL),
                "start": In(1),
                "span": In(span_bits),
                "following": In(INTERVAL),
                "go": In(1),
                "done": Out(1),
                "counts": Out(stream.Signature(encoding.input_bits)),
                "previous": Out(INTERVAL),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        mean = Signal(range(LONGEST_TICKS << MEAN_LOG2))
        previous = Signal(INTERVAL)
        ticks = self.interval * BLOCK
        m.d.comb += self.previous.eq(previous)
        with m.If(self.take):
            m.d.sync += previous.eq(Mux(self.follows, self.interval, LONGEST))
            with m.If(self.follows):
                m.d.sync += mean.eq(Mux(mean == 0, ticks << MEAN_LOG2, mean + ticks - (mean >> MEAN_LOG2)))
        with m.If(self.start):
            m.d.sync += mean.eq(0)

        values = {
            "previous": previous * BLOCK,
            "following": self.following * BLOCK,
            "mean": mean >> MEAN_LOG2,
            "range": self.span,
        }
        features = self.encoding.features
        if not features:
            m.d.comb += self.done.eq(self.go)
            return m
        position = Signal(range(max(2, len(features))))
        last = position == len(features) - 1
        m.d.comb += [
            self.counts.valid.eq(self.go),
            self.counts.payload.eq(Array(self._count(name, values[name]) for name in features)[position]),
            self.done.eq(self.go & self.counts.ready & last),
        ]
        with m.If(self.go & self.counts.ready):
            m.d.sync += position.eq(Mux(last, 0, position + 1))
        return m

    def _count(self, name: str, value: Value) -> Value:
        bits = self.encoding.input_bits
        offset, full_log2 = INTERVAL_OFFSET, INTERVAL_LOG2
        if name == "range":
            offset, full_log2 = 0, RANGE_LOG2 + self.encoding.block.bit_length() - 1
        above = value - offset if offset else value
        shifted, top = above >> (full_log2 - bits), (1 << bits) - 1
        capped = Mux(shifted > top, top, shifted)
        return (Mux(above < 0, 0, capped) if offset else capped)[:bits]
