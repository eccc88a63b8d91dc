"""The inputs of a layer, as a list of events: which neuron, and its count (or its spike train)."""

from __future__ import annotations

from amaranth.hdl import Module, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out


class EventList(wiring.Component):
    """A memory of events that is filled in order, read in order as often as needed, and cleared at once.

    With ``zero_skip`` an event of value zero is not stored. ``event`` follows ``position`` one cycle after
    ``read``; ``stored`` says that a push was kept.
    """

    def __init__(self, depth: int, index_bits: int, value_bits: int, zero_skip: bool):
        self.depth = depth
        self.zero_skip = zero_skip
        self.layout = data.StructLayout({"index": unsigned(index_bits), "value": unsigned(value_bits)})
        super().__init__(
            {
                "clear": In(1),
                "push": In(1),
                "pushed": In(self.layout),
                "stored": Out(1),
                "length": Out(range(depth + 1)),
                "read": In(1),
                "position": In(range(max(depth, 2))),
                "event": Out(self.layout),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.memory = memory = Memory(shape=self.layout, depth=self.depth, init=[])
        write, read = memory.write_port(), memory.read_port()
        wanted = self.pushed.value != 0 if self.zero_skip else 1
        m.d.comb += [
            self.stored.eq(self.push & wanted),
            write.addr.eq(self.length),
            write.data.eq(self.pushed),
            write.en.eq(self.stored),
            read.addr.eq(self.position),
            read.en.eq(self.read),
            self.event.eq(read.data),
        ]
        with m.If(self.clear):
            m.d.sync += self.length.eq(0)
        with m.Elif(self.stored):
            m.d.sync += self.length.eq(self.length + 1)
        return m
