"""From sums to counts: logarithms, their differences, and what is left of those in six bits.

Twin of `Feature` and `RelativeEncoding.counts` in `model/signals/ecg/relative`.
"""

from __future__ import annotations

from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.relative.instruction import How, Word
from sparrow_ecg.hw.frontend.relative.logarithm import Logarithm
from sparrow_ecg.model.signals.ecg.relative.encoding import FULL_BITS

BITS = 21  # of a number that has a logarithm, 1 added
NOTED = 5  # words, the first
EIGHTH = 24  # a ratio: three octaves


class Offer(wiring.Component):
    """how, word, offset, finer: of the instruction. number: of which the logarithm is, 1 added.
    negative, none: whether the operation's result was below 0, or 0. more: count one more for `How.MANY`.
    step:  the instruction is done in this cycle.
    count: what it offers, cut to ``input_bits``.
    """

    def __init__(self, input_bits: int, offsets: range):
        self.input_bits = input_bits
        inputs = {
            "how": In(How),
            "word": In(Word),
            "offset": In(offsets),
            "finer": In(2),
            "number": In(BITS),
            "step": In(1),
        }
        seen = {"negative": In(1), "none": In(1), "more": In(1)}
        super().__init__({**inputs, **seen, "count": Out(input_bits)})

    def elaborate(self, platform) -> Module:
        m = Module()
        is_ = {how: Signal(name=f"is_{how.name.lower()}") for how in How}
        m.d.comb += [signal.eq(self.how == how) for how, signal in is_.items()]
        m.submodules.logarithm = logarithm = Logarithm(BITS)
        log = logarithm.log
        held, size, many = Signal.like(log), Signal.like(log), Signal(range(32))
        against, nothing = Signal(), Signal()
        takes = is_[How.HOLD] | is_[How.SIZE] | is_[How.NOTE] | is_[How.RATIO] | is_[How.SHARE]
        m.d.comb += logarithm.value.eq(Mux(takes, self.number, 0) + 1)  # at rest otherwise
        with m.If(self.step & is_[How.HOLD]):
            m.d.sync += [held.eq(log), against.eq(self.negative), nothing.eq(self.none)]
        noted = [Signal.like(log, name=f"noted_{k}", reset_less=True) for k in range(NOTED)]
        for k, note in enumerate(noted):
            with m.If(self.step & is_[How.NOTE] & (self.word == k)):
                m.d.sync += note.eq(log)
        with m.If(self.step & is_[How.RECALL]):
            m.d.sync += held.eq(Array(noted)[self.word])
        with m.If(self.step & is_[How.SIZE]):
            m.d.sync += size.eq(log)
        with m.If(self.step & is_[How.MANY]):
            m.d.sync += many.eq(0)
        with m.Elif(self.more):
            m.d.sync += many.eq(many + 1)

        difference = Signal(signed(len(log) + 1))
        m.d.comb += difference.eq(
            Mux(is_[How.SHARE], log, held) - Mux(is_[How.RATIO], log, size),
        )
        beyond = Signal(range(1 << len(log)))
        side = Signal(signed(len(log) + 1))
        m.d.comb += [
            beyond.eq(Mux(difference < -EIGHTH, 0, difference + EIGHTH)),
            side.eq(Mux(nothing | self.none, 0, Mux(against ^ self.negative, -beyond, beyond))),
        ]
        value = Signal(signed(len(log) + 4))
        m.d.comb += value.eq(difference << self.finer)
        with m.If(is_[How.SIDE]):
            m.d.comb += value.eq(side >> 1)
        with m.If(is_[How.MANY]):
            m.d.comb += value.eq(many << 1)
        total = Signal(signed(len(log) + 5))
        top = (1 << FULL_BITS) - 1
        m.d.comb += [
            total.eq(value + self.offset),
            self.count.eq(Mux(total < 0, 0, Mux(total > top, top, total)) >> (FULL_BITS - self.input_bits)),
        ]
        return m
