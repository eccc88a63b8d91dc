"""The last sums of blocks: a shift register whose end feeds its beginning when a window is read.

Twin of `model/frontend/blocks.py`. Nothing is addressed, so that no multiplexer leaks between beats.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.frontend.blocks import BLOCK, REACH
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION

SUM_BITS = RESOLUTION + (BLOCK - 1).bit_length()
BEND_BITS = SUM_BITS + 2  # four sums of one sign, at most


class Conveyor(wiring.Component):
    """push:   take ``sum`` in.
    turn:   take the oldest in again: after ``depth`` turns all is as it was.
    newest, oldest: sums.
    bend:   of the last sums, as `blocks.bend` has it.
    """

    def __init__(self, depth: int):
        self.depth = depth
        super().__init__(
            {
                "push": In(1),
                "turn": In(1),
                "sum": In(SUM_BITS),
                "newest": Out(SUM_BITS),
                "oldest": Out(SUM_BITS),
                "bend": Out(BEND_BITS),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        # The first block is compared with what is here after reset; all else is written before it is read.
        newest = Signal(SUM_BITS)
        stored = [newest, *(Signal(SUM_BITS, name=f"sum_{k}", reset_less=True) for k in range(1, self.depth))]
        with m.If(self.push | self.turn):
            m.d.sync += newest.eq(Mux(self.turn, stored[-1], self.sum))
            for before, after in pairwise(stored):
                m.d.sync += after.eq(before)
        m.d.comb += [self.newest.eq(newest), self.oldest.eq(stored[-1])]
        m.d.comb += self.bend.eq(bend(m, stored))
        return m


def bend(m: Module, last: Sequence[Value]) -> Value:
    """As `blocks.bend` has it, of the newest sums first."""
    middle = last[REACH] + last[REACH + 1]
    outer = (last[0] + last[1]) + (last[2 * REACH] + last[2 * REACH + 1])
    difference = Signal(range(-(1 << BEND_BITS), 1 << BEND_BITS))
    m.d.comb += difference.eq((middle << 1) - outer)
    return Mux(difference < 0, -difference, difference)
