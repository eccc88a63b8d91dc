"""The events that wait for a host, in a line: each place takes over what is behind it, the first one is emptied by the
host alone. There is no memory to address, and so no multiplexer for each of its bits, which would leak all day.
"""

from __future__ import annotations

from amaranth.hdl import Module, Shape, ShapeLike, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.errors import InputError

DEPTH = 8  # events, by default
DEPTHS = range(2, 256)  # BUILD.depth has 8 bits


class EventFifo(wiring.Component):
    """``events`` go in, and come out as ``oldest``; what is there does not change until it is taken.

    keep_newest: an event that finds no room drops the second oldest (the oldest may just be read); else it is dropped.
    lost:        in this cycle an event is dropped.
    waiting:     how many events there are. full: there is no room.
    busy:        the clock is needed: an event is on its way to ``oldest``.

    Raises InputError for a depth that is not of `DEPTHS`.
    """

    def __init__(self, shape: ShapeLike, depth: int = DEPTH):
        if depth not in DEPTHS:
            raise InputError(f"depth = {depth}: a chip holds {DEPTHS.start} to {DEPTHS.stop - 1} events")
        self.depth, self.bits = depth, Shape.cast(shape).width
        super().__init__(
            {
                "events": In(stream.Signature(shape)),
                "oldest": Out(stream.Signature(shape)),
                "keep_newest": In(1),
                "lost": Out(1),
                "waiting": Out(range(depth + 1)),
                "full": Out(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        events, oldest = self.events, self.oldest
        valid = Signal(self.depth)
        places = [Signal.like(events.payload, name=f"place_{k}", reset_less=True) for k in range(self.depth)]
        m.d.comb += [
            oldest.valid.eq(valid[0]),
            oldest.payload.eq(places[0]),
            self.waiting.eq(sum(valid)),
            self.full.eq(valid.all()),
            self.busy.eq((valid[1:] & ~valid[:-1]).any()),
            self.lost.eq(events.valid & self.full & ~oldest.ready),
        ]
        leaves = oldest.ready
        for k, place in enumerate(places):
            last = k == self.depth - 1
            enters = Signal(name=f"enters_{k}")
            m.d.comb += enters.eq((events.valid if last else valid[k + 1]) & (~valid[k] | leaves))
            with m.If(enters):
                m.d.sync += [place.eq(events.payload if last else places[k + 1]), valid[k].eq(1)]
            with m.Elif(leaves):
                m.d.sync += valid[k].eq(0)
            leaves = enters | (self.lost & self.keep_newest) if k == 0 else enters
        m.d.comb += events.ready.eq(leaves | self.lost)
        return m
