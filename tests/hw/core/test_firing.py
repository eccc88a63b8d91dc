"""FiringUnit against Firing.compute, for every potential."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.core.firing import FiringUnit
from sparrow_ecg.model.network import Firing
from tests.support.simulate import simulate


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 10, 15, 31])
@pytest.mark.parametrize("thresholds", [[0], [2], [9], [0, 1], [3, 1, 6], list(range(8))], ids=str)
def test_every_potential(steps: int, thresholds: list[int]) -> None:
    firings = [Firing(threshold, steps) for threshold in thresholds]
    unit = FiringUnit(firings, potential_bits=8)
    potentials = np.arange(-128, 128)

    async def bench(context) -> None:
        for firing in firings:
            context.set(unit.threshold_log2, firing.threshold_log2)
            for potential, count in zip(potentials.tolist(), firing.compute(potentials).tolist(), strict=True):
                context.set(unit.potential, potential)
                assert context.get(unit.count) == count, f"{firing} of {potential}"

    simulate(unit, bench, clocked=False)


def test_a_potential_of_one_bit() -> None:
    unit = FiringUnit([Firing(0, 3)], potential_bits=1)

    async def bench(context) -> None:
        for potential in (0, -1):
            context.set(unit.potential, potential)
            assert context.get(unit.count) == 0

    simulate(unit, bench, clocked=False)
