"""The last sums of blocks, where one is written and the rest stays: a conveyor that does not move.

Twin of `model/frontend/blocks.py`. The newest ones, which the bend is made of, do move, and stand in the ring as well.
"""

from __future__ import annotations

from itertools import pairwise

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.conveyor import BEND_BITS, SUM_BITS, bend
from sparrow_ecg.hw.frontend.relative.store import Store
from sparrow_ecg.model.frontend.blocks import TAPS


class Ring(wiring.Component):
    """push: take ``sum`` in.
    newest, bend: as of `Conveyor`.
    read, at, word: while ``read``, the sum that is ``at`` blocks after the oldest.
    """

    def __init__(self, depth: int):
        if depth & (depth - 1):
            raise ValueError(f"depth = {depth} is not a power of two")
        self.depth = depth
        super().__init__(
            {
                "push": In(1),
                "sum": In(SUM_BITS),
                "newest": Out(SUM_BITS),
                "bend": Out(BEND_BITS),
                "read": In(1),
                "at": In(range(depth)),
                "word": Out(SUM_BITS),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.store = store = Store(SUM_BITS, self.depth)
        oldest = Signal(range(self.depth))
        # The first block is compared with what is here after reset; all else is written before it is read.
        newest = Signal(SUM_BITS)
        moving = [newest, *(Signal(SUM_BITS, name=f"sum_{k}", reset_less=True) for k in range(1, TAPS))]
        pushed = Signal()
        m.d.sync += pushed.eq(self.push)
        with m.If(pushed):
            m.d.sync += oldest.eq(oldest + 1)
        with m.If(self.push):
            m.d.sync += newest.eq(self.sum)
            for before, after in pairwise(moving):
                m.d.sync += after.eq(before)
        m.d.comb += [
            store.put.eq(pushed),  # a cycle later: what goes to all words moves once a block, not once a sample
            store.put_at.eq(oldest),
            store.entering.eq(newest),
            store.at.eq(Mux(self.read, oldest + Mux(self.read, self.at, 0), 0)),
            self.word.eq(store.word),
            self.newest.eq(newest),
            self.bend.eq(bend(m, moving)),
        ]
        return m
