"""The encoder's arithmetic. What is not asked for rests: a sum that nobody needs would glitch all the same."""

from __future__ import annotations

from functools import reduce
from operator import or_

from amaranth.hdl import Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.relative.instruction import CLEARS, COMPARES, How

SUM_BITS = 21  # signed: of all sums, of which the highest is that of a window's distances


class Difference(wiring.Component):
    """``left`` - ``right``; where ``size``, without its sign."""

    def __init__(self, bits: int):
        self.bits = bits
        shapes = {"left": In(signed(bits)), "right": In(signed(bits)), "size": In(1)}
        super().__init__({**shapes, "value": Out(signed(bits + 1)), "negative": Out(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        difference = Signal(signed(self.bits + 1))
        m.d.comb += [
            difference.eq(self.left - self.right),
            self.negative.eq(difference < 0),
            self.value.eq(Mux(self.size & self.negative, -difference, difference)),
        ]
        return m


class Mover(wiring.Component):
    """``moved``: the state, which has a fraction, on its way to a value by 2**-``shift``, rounded down; where ``anew``,
    the value. While not ``on``, 0.
    """

    def __init__(self, state_bits: int, fraction: int, shift_bits: int = 3):
        self.fraction = fraction
        state, value = signed(state_bits), signed(state_bits - fraction)
        inputs = {"on": In(1), "anew": In(1), "state": In(state), "value": In(value), "shift": In(shift_bits)}
        super().__init__({**inputs, "moved": Out(state)})

    def elaborate(self, platform) -> Module:
        m = Module()
        state, value = Signal.like(self.state), Signal.like(self.value)
        away = Signal(signed(len(state) + 1))
        m.d.comb += [
            state.eq(Mux(self.on & ~self.anew, self.state, 0)),
            value.eq(Mux(self.on, self.value, 0)),
            away.eq((value << self.fraction) - state),
            self.moved.eq(state + (away >> self.shift)),
        ]
        return m


class Total(wiring.Component):
    """The accumulator, ``total``. how: what is done with ``number`` in a ``step``; ``allowed``: the least may be taken.
    less: whether the total, or a quarter of it, is less than the number, in what compares.
    """

    def __init__(self) -> None:
        number = signed(SUM_BITS + 1)
        inputs = {"how": In(How), "number": In(number), "step": In(1), "allowed": In(1)}
        super().__init__({**inputs, "total": Out(signed(SUM_BITS)), "less": Out(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        how, total = self.how, Signal(signed(SUM_BITS), reset_less=True)
        compared, other = Signal.like(self.number), Signal.like(self.number)
        adds = how == How.ADD
        m.d.comb += [
            self.total.eq(total),
            compared.eq(_if(is_one_of(how, COMPARES), Mux(how == How.COUNT, total >> 2, total))),
            other.eq(_if(is_one_of(how, COMPARES), self.number)),
            self.less.eq(compared < other),
        ]
        added = _if(adds, total) + _if(adds, self.number)
        takes = (how == How.SET) | (how == How.MOST) & self.less | (how == How.LEAST) & ~self.less & self.allowed
        with m.If(self.step & (adds | takes | is_one_of(how, CLEARS))):
            m.d.sync += total.eq(Mux(adds, added, _if(takes, self.number)))
        return m


def _if(condition: Value, value: Value) -> Value:
    return Mux(condition, value, 0)


def is_one_of(how: Value, several: tuple[How, ...]) -> Value:
    """Whether it is one of several."""
    return reduce(or_, (how == each for each in several))
