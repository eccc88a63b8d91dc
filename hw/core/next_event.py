"""Of the counts of a place, one after the other those that are not zero."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out


class NextEvent(wiring.Component):
    """The lowest channel first, one a cycle while ``walking``; from the cycle after ``fresh`` on of another place.

    event: there is one, in ``channel``, of value ``count``. more: there are others after it.
    """

    def __init__(self, channels: int, count_bits: int):
        self.channels = channels
        super().__init__(
            {
                "counts": In(data.ArrayLayout(unsigned(count_bits), channels)),
                "fresh": In(1),
                "walking": In(1),
                "event": Out(1),
                "more": Out(1),
                "channel": Out(range(max(channels, 2))),
                "count": Out(count_bits),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        every = range(self.channels)
        taken, left, first = Signal(self.channels), Signal(self.channels), Signal(self.channels)
        m.d.comb += [
            left.eq(Mux(self.walking, Cat(self.counts[c].any() for c in every) & ~taken, 0)),
            first.eq(left & (~left + 1)),
            self.event.eq(left.any()),
            self.more.eq((left & ~first).any()),
            self.channel.eq(Cat(Cat(first[c] for c in every if c >> b & 1).any() for b in range(len(self.channel)))),
            self.count.eq(_either([Mux(first[c], self.counts[c], 0) for c in every])),
        ]
        with m.If(self.fresh):
            m.d.sync += taken.eq(0)
        with m.Elif(self.walking):
            m.d.sync += taken.eq(taken | first)
        return m


def _either(values: list[Value]) -> Value:
    """The one of them that is not zero."""
    if len(values) == 1:
        return values[0]
    half = len(values) // 2
    return _either(values[:half]) | _either(values[half:])
