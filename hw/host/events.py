"""The events that wait for a host: the oldest in a register that only the host empties, the others in a queue."""

from __future__ import annotations

from amaranth.hdl import Module, Shape, ShapeLike
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFO
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
        m.submodules.queue = queue = SyncFIFO(width=self.bits, depth=self.depth - 1)
        m.d.comb += [
            self.busy.eq(queue.r_rdy & (oldest.ready | ~oldest.valid)),
            self.full.eq(~queue.w_rdy),
            self.lost.eq(events.valid & self.full & ~self.busy),
            self.waiting.eq(queue.level + oldest.valid),
            events.ready.eq(queue.w_rdy | (self.lost & ~self.keep_newest)),
            queue.w_en.eq(events.valid),
            queue.w_data.eq(events.payload),
            queue.r_en.eq(self.busy | (self.lost & self.keep_newest)),
        ]
        with m.If(self.busy):
            m.d.sync += [oldest.payload.eq(queue.r_data), oldest.valid.eq(1)]
        with m.Elif(oldest.ready):
            m.d.sync += oldest.valid.eq(0)
        return m
