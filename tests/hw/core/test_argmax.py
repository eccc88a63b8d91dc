"""Argmax against numpy's: every order of potentials, ties and all."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sparrow_ecg.hw.core.argmax import Argmax
from tests.support.simulate import simulate


@pytest.mark.parametrize(("outputs", "bits"), [(1, 3), (2, 3), (3, 2), (4, 2), (5, 2)])
@pytest.mark.parametrize("stalls", [False, True])
def test_every_beat(outputs: int, bits: int, stalls: bool) -> None:
    """Beats follow one another; between two potentials ``enable`` may be low, and the inputs are rubbish."""
    unit = Argmax(outputs, bits)
    rng = np.random.default_rng(1)

    async def bench(context) -> None:
        for beat in product(range(-(1 << bits - 1), 1 << bits - 1), repeat=outputs):
            for index, potential in enumerate(beat):
                while stalls and rng.integers(2):
                    context.set(unit.enable, 0)
                    context.set(unit.first, int(rng.integers(2)))
                    context.set(unit.potential, (1 << bits - 1) - 1)
                    await context.tick()
                context.set(unit.enable, 1)
                context.set(unit.first, index == 0)
                context.set(unit.index, index)
                context.set(unit.potential, potential)
                await context.tick()
            assert context.get(unit.klass) == np.argmax(beat), beat

    simulate(unit, bench)
