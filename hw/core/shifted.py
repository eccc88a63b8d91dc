"""Numbers that come one after the other, kept where the next one pushes them."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out


class Shifted(wiring.Component):
    """A register of ``length`` numbers through which they shift: once it is full, the first is at the top.

    push:     take ``entering``.
    position: of the number that is ``chosen``, 0 the last that came.
    """

    def __init__(self, bits: int, length: int):
        super().__init__(
            {
                "push": In(1),
                "entering": In(bits),
                "numbers": Out(data.ArrayLayout(bits, length)),
                "position": In(range(max(length, 2))),
                "chosen": Out(bits),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        numbers = Signal.like(self.numbers, reset_less=True)
        with m.If(self.push):
            m.d.sync += numbers.eq(Cat(self.entering, numbers)[: len(numbers.as_value())])
        m.d.comb += [
            self.numbers.eq(numbers),
            self.chosen.eq(pick(list(numbers), self.position)),
        ]
        return m


def pick(values: Sequence[Value], index: Value) -> Value:
    """``values[index]``, through multiplexers of which the last is the low bit's: what moves most moves least."""
    if len(values) == 1:
        return values[0]
    even, odd = (pick(values[k::2], index[1:]) for k in (0, 1))
    return Mux(index[0], odd, even)
