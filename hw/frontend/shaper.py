"""Counts of a window's shape: two turns of the conveyor, one for the range of the sums, one to scale them.

Twin of `Encoding.scale` in `model/signals/ecg/encoding.py`.
"""

from __future__ import annotations

from amaranth.hdl import Const, Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.conveyor import SUM_BITS
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.signals.ecg.encoding import Encoding


class Shaper(wiring.Component):
    """go:     held until ``done``, in whose cycle it ends.
    oldest: of the conveyor, which makes a turn whenever ``turn`` is high.
    counts: of the shape, in the second turn.
    span:   highest less lowest sum, until the next time.
    """

    def __init__(self, encoding: Encoding, depth: int):
        self.encoding = encoding
        self.depth = depth
        self.together = encoding.block // BLOCK  # sums of the conveyor that make one of the shape
        self.bits = SUM_BITS + (self.together - 1).bit_length()
        super().__init__(
            {
                "go": In(1),
                "done": Out(1),
                "turn": Out(1),
                "oldest": In(SUM_BITS),
                "counts": Out(stream.Signature(encoding.input_bits)),
                "span": Out(self.bits),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        window = self.encoding.blocks * self.together
        position = Signal(range(self.depth))
        scaling = Signal()
        lowest, highest = (Signal(self.bits, name=name, reset_less=True) for name in ("lowest", "highest"))
        total = Signal(self.bits)
        whole = Signal()
        last = Signal()
        waits = Signal()
        if self.together == 1:
            m.d.comb += [total.eq(self.oldest), whole.eq(position < window)]
        else:
            partial = Signal(self.bits, reset_less=True)
            inside = position[: (self.together - 1).bit_length()]
            m.d.comb += [
                total.eq(self.oldest + Mux(inside == 0, 0, partial)),
                whole.eq((position < window) & (inside == self.together - 1)),
            ]
            with m.If(self.turn & ~whole):
                m.d.sync += partial.eq(total)
        m.d.comb += [
            last.eq(position == self.depth - 1),
            waits.eq(self.counts.valid & ~self.counts.ready),
            self.turn.eq(self.go & ~waits),
            self.done.eq(self.turn & last & scaling),
            self.span.eq(highest - lowest),
            self.counts.valid.eq(self.go & scaling & whole),
            self.counts.payload.eq(self._divide(total - lowest, self.span + 1)),
        ]
        with m.If(self.turn):
            m.d.sync += position.eq(Mux(last, 0, position + 1))
            with m.If(last):
                m.d.sync += scaling.eq(~scaling)
        first = position == self.together - 1
        with m.If(self.turn & ~scaling & whole):
            with m.If(first | (total < lowest)):
                m.d.sync += lowest.eq(total)
            with m.If(first | (total > highest)):
                m.d.sync += highest.eq(total)
        return m

    def _divide(self, numerator: Value, denominator: Value) -> Value:
        """`encoding.divide`, unrolled: a shift, a comparison and a subtraction for each bit."""
        rest: Value = numerator[: self.bits]
        quotient: Value = Const(0, 0)
        for _ in range(self.encoding.input_bits):
            doubled = (rest << 1)[: self.bits + 1]
            fits = doubled >= denominator
            rest = Mux(fits, doubled - denominator, doubled)[: self.bits + 1]
            quotient = ((quotient << 1) | fits)[: len(quotient) + 1]
        return quotient
