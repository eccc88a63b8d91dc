"""The ring beside the conveyor, whose twin it is: newest, bend, and every sum that is kept."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from sparrow_ecg.hw.frontend.conveyor import SUM_BITS, Conveyor
from sparrow_ecg.hw.frontend.relative.ring import Ring
from tests.support.simulate import simulate

DEPTH = 16


class Both(wiring.Component):
    def __init__(self) -> None:
        self.conveyor, self.ring = Conveyor(DEPTH), Ring(DEPTH)
        super().__init__({"push": In(1), "sum": In(SUM_BITS)})

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.conveyor, m.submodules.ring = self.conveyor, self.ring
        for each in (self.conveyor, self.ring):
            m.d.comb += [each.push.eq(self.push), each.sum.eq(self.sum)]
        return m


def test_it_keeps_what_the_conveyor_does() -> None:
    both, rng = Both(), np.random.default_rng(2)
    sums: list[int] = []

    async def bench(context) -> None:
        assert context.get(both.ring.newest) == 0
        for _ in range(3 * DEPTH):
            sums.append(int(rng.integers(0, 1 << SUM_BITS)))
            context.set(both.sum, sums[-1])
            context.set(both.push, 1)
            await context.tick()
            context.set(both.push, 0)
            await context.tick()
            assert context.get(both.ring.newest) == sums[-1]
            assert context.get(both.ring.bend) == context.get(both.conveyor.bend)
        context.set(both.ring.read, 1)
        for at in range(DEPTH):
            context.set(both.ring.at, at)
            assert context.get(both.ring.word) == sums[at - DEPTH]

    simulate(both, bench)


def test_a_depth_that_its_address_cannot_go_round_is_refused() -> None:
    with pytest.raises(ValueError, match="power of two"):
        Ring(12)
