"""Counts of a shape, and that the conveyor is as it was: small windows, every extreme."""

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from sparrow_ecg.hw.frontend.conveyor import SUM_BITS, Conveyor
from sparrow_ecg.hw.frontend.shaper import Shaper
from sparrow_ecg.model.frontend.blocks import TAPS, bend
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from tests.support.simulate import simulate

TOP = (1 << SUM_BITS) - 1


class Both(wiring.Component):
    def __init__(self, encoding: Encoding, depth: int):
        self.conveyor, self.shaper = Conveyor(depth), Shaper(encoding, depth)
        super().__init__({"push": In(1), "sum": In(SUM_BITS), "go": In(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.conveyor, m.submodules.shaper = self.conveyor, self.shaper
        m.d.comb += [
            self.conveyor.push.eq(self.push),
            self.conveyor.sum.eq(self.sum),
            self.conveyor.turn.eq(self.shaper.turn),
            self.shaper.oldest.eq(self.conveyor.oldest),
            self.shaper.go.eq(self.go),
        ]
        return m


@pytest.mark.parametrize(("block", "blocks", "depth"), [(4, 8, 9), (8, 4, 11), (16, 3, 14)])
@pytest.mark.parametrize("bits", [1, 5, 8])
def test_counts_of_windows(block: int, blocks: int, depth: int, bits: int) -> None:
    encoding = Encoding(before=0, block=block, blocks=blocks, input_bits=bits)
    component, rng = Both(encoding, depth), np.random.default_rng(bits)
    windows = [
        np.zeros(depth, int),
        np.full(depth, TOP),
        np.where(np.arange(depth) % 2, 0, TOP),
        np.arange(depth) * (TOP // depth),
        *(rng.integers(0, 1 << rng.integers(1, SUM_BITS + 1), depth) for _ in range(12)),
    ]

    async def bench(context) -> None:
        for window in windows:
            for total in window.tolist():
                context.set(component.sum, total)
                context.set(component.push, 1)
                await context.tick()
            context.set(component.push, 0)
            context.set(component.go, 1)
            counts = []
            for _ in range(10 * depth):
                ready = int(rng.random() < 0.6)
                context.set(component.shaper.counts.ready, ready)
                if ready and context.get(component.shaper.counts.valid):
                    counts.append(context.get(component.shaper.counts.payload))
                done = context.get(component.shaper.done)
                await context.tick()
                if done:
                    break
            context.set(component.go, 0)
            taken = window[: blocks * block // 4].reshape(1, blocks, -1).sum(axis=2)
            shape, span = encoding.scale(taken)
            assert counts == shape[0].tolist()
            assert context.get(component.shaper.span) == span[0]
            assert context.get(component.conveyor.newest) == window[-1]
            assert context.get(component.conveyor.oldest) == window[0]
            assert context.get(component.conveyor.bend) == bend(window[::-1][:TAPS].tolist())

    simulate(component, bench)
