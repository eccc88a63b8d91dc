"""The lanes against integer arithmetic and against neurons that fire step by step."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sparrow_ecg.hw.core.lane import Lane, StepLane
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network
from tests.support.neurons import _constant_drive
from tests.support.simulate import simulate


def geometry(neuron: str, bias: int = 10, threshold_log2: int = 1, steps: int = 3, fan_in: int = 1) -> Geometry:
    """Of a chip whose accumulators hold biases of ±bias and ``fan_in`` products of 3-bit weights and 2-bit counts."""
    extremes = np.array([[-4], [3]]) * np.ones((1, fan_in), dtype=np.int64)
    biases = np.array([-bias, bias])
    hidden = Dense(extremes, biases, Firing(threshold_log2, steps))
    last = Dense(np.array([[-4, -4], [3, 3]]), biases, None)
    network = Network("lane", DirectCounts(fan_in, 2), (hidden, last), steps, 3, ("a", "b"), {})
    return Serial(1, neuron=neuron).geometry(network)


@pytest.mark.parametrize("kind", [Lane, StepLane])
def test_every_weight_and_count(kind: type) -> None:
    g = geometry("ssf" if kind is Lane else "if")
    lane = kind(g)

    async def bench(context) -> None:
        for bias, weight, count in product(range(-10, 11), range(-4, 4), range(1 << g.count_bits)):
            context.set(lane.load, 1)
            context.set(lane.bias, bias)
            context.set(lane.accumulate, bias % 2)  # load wins
            await context.tick()
            assert context.get(lane.potential) == bias
            context.set(lane.load, 0)
            context.set(lane.weight, weight)
            context.set(lane.count, count)
            context.set(lane.accumulate, 1)
            await context.tick()
            assert context.get(lane.potential) == bias + weight * count
            context.set(lane.accumulate, 0)
            await context.tick()
            assert context.get(lane.potential) == bias + weight * count

    simulate(lane, bench)


@pytest.mark.parametrize("kind", [Lane, StepLane])
@pytest.mark.parametrize("sign", [-1, 1])
def test_accumulator_reaches_its_bounds(kind: type, sign: int) -> None:
    """Ten inputs at their maximum with the extreme weight: exact, in a register not one bit wider than needed."""
    g = geometry("ssf" if kind is Lane else "if", bias=7, fan_in=10)
    assert g.potential_bits == 8  # -7 - 10 * 4 * 3 = -127
    lane = kind(g)
    weight = -4 if sign < 0 else 3

    async def bench(context) -> None:
        context.set(lane.load, 1)
        context.set(lane.bias, sign * 7)
        await context.tick()
        context.set(lane.load, 0)
        context.set(lane.accumulate, 1)
        context.set(lane.weight, weight)
        context.set(lane.count, 3)
        for event in range(10):
            await context.tick()
            assert context.get(lane.potential) == sign * 7 + weight * 3 * (event + 1)

    simulate(lane, bench)


@pytest.mark.parametrize("threshold_log2", [0, 1, 3])
@pytest.mark.parametrize("steps", [1, 2, 3, 7])
def test_first_layer_train_of_every_potential(steps: int, threshold_log2: int) -> None:
    g = geometry("if", bias=60, threshold_log2=threshold_log2, steps=steps)
    lane = StepLane(g)

    async def bench(context) -> None:
        context.set(lane.threshold_log2, threshold_log2)
        for potential in range(-60, 61):
            context.set(lane.load, 1)
            context.set(lane.bias, potential)
            await context.tick()
            context.set(lane.load, 0)
            context.set(lane.integrate, 1)
            expected = _constant_drive(potential, steps << threshold_log2, steps)
            for spike in expected:
                assert context.get(lane.spike) == spike
                await context.tick()
            context.set(lane.integrate, 0)
            assert context.get(lane.spike) == 0
            assert context.get(lane.train) == sum(spike << step for step, spike in enumerate(expected))
            assert context.get(lane.potential) == potential

    simulate(lane, bench)


@pytest.mark.parametrize("threshold_log2", [0, 2, 4])
def test_later_layer_fires_and_subtracts(threshold_log2: int) -> None:
    """Every bias, with every pair of weights that spike in turn."""
    steps = 4
    lane = StepLane(geometry("if", bias=20, threshold_log2=threshold_log2, steps=steps))

    async def bench(context) -> None:
        context.set(lane.threshold_log2, threshold_log2)
        context.set(lane.count, 1)
        for bias, *weights in product(range(-20, 21, 3), range(-4, 4), range(-4, 4)):
            context.set(lane.load, 1)
            context.set(lane.bias, bias)
            await context.tick()
            context.set(lane.load, 0)
            potential, train = bias, 0
            for step in range(steps):
                weight = weights[step % 2]
                context.set(lane.weight, weight)
                context.set(lane.accumulate, 1)
                await context.tick()
                context.set(lane.accumulate, 0)
                context.set(lane.fire, 1)
                potential += weight
                spike = potential >= 1 << threshold_log2
                assert context.get(lane.spike) == spike
                await context.tick()
                context.set(lane.fire, 0)
                potential -= spike << threshold_log2
                train |= spike << step
                assert context.get(lane.potential) == potential
            assert context.get(lane.train) == train

    simulate(lane, bench)
