"""What leaves a lane, in Amaranth's simulator, against the golden model's pooling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.core.pooled_firing import PooledFiring
from sparrow_ecg.model.network import Convolution, Dense, Firing, Map, Pooling
from sparrow_ecg.model.network.golden import pooled
from tests.support.simulate import simulate

STEPS = 3
ENTERING = Map(4, 6, 1)


def convolution(threshold_log2: int, pooling: Pooling | None) -> Convolution:
    one = np.ones((1, 1), int)
    return Convolution(one, np.zeros(1, int), Firing(threshold_log2, STEPS), ENTERING, 1, 1, 0, pooling)


@pytest.mark.parametrize("threshold_log2", [0, 2])
def test_squares_fire_again_or_go_on_as_sums(threshold_log2: int) -> None:
    pools = None, Pooling(2, None), Pooling(2, Firing(1, STEPS)), Pooling(2, Firing(2, STEPS))
    layers = [
        *(convolution(threshold_log2, pool) for pool in pools),
        Dense(np.ones((1, 1), int), np.zeros(1, int), None),
    ]
    unit = PooledFiring(layers, STEPS, 6)
    potentials = np.random.default_rng(threshold_log2).integers(-32, 32, (ENTERING.size, 1))

    async def squares(context: Any) -> None:
        context.set(unit.fire, 1)
        for k, layer in enumerate(layers[:-1]):
            assert isinstance(layer, Convolution)
            assert layer.firing
            expected = iter(pooled(layer, layer.firing.compute(potentials)).ravel().tolist())
            context.set(unit.layer, k)
            side = layer.pooling.size if layer.pooling else 1
            squares = potentials.reshape(4 // side, side, 6 // side, side).swapaxes(1, 2).reshape(-1, side * side)
            for square in squares.tolist():
                for at, potential in enumerate(square):
                    context.set(unit.potential, potential)
                    context.set(unit.done, at == len(square) - 1)
                    if at == len(square) - 1:
                        assert context.get(unit.count) == next(expected)
                    await context.tick()

    simulate(unit, squares)
