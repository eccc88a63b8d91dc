"""A power gated core: its controller in every state, and the core behind it, beat by beat."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from amaranth.sim import Simulator

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.power import REST_CYCLES, SUPPLY_CYCLES, WAKE_CYCLES, PowerController
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from tests.support.simulate import send, simulate

FASTEST = [(1, 0)] * WAKE_CYCLES + [(0, 1), (0, 0)]  # wake and sleep of each cycle: up, down, off


def controlled(inputs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Power and isolate in each cycle, after a reset, of a controller with these ``wake`` and ``sleep``."""
    seen = []

    async def play(context: Any) -> None:
        for wake, sleep in inputs:
            context.set(controller.wake, wake)
            context.set(controller.sleep, sleep)
            seen.append((context.get(controller.power), context.get(controller.isolate)))
            await context.tick()

    controller = PowerController()
    simulate(controller, play)
    return seen


def check_order(seen: list[tuple[int, int]]) -> None:
    """The supply is there, and a reset has been, before isolation ends; isolation comes a cycle before it goes."""
    on = 0
    for (was_on, was_isolated), (power, isolate) in pairwise(seen):
        on = on + 1 if was_on else 0
        assert power or isolate
        if was_isolated and not isolate:
            assert power
            assert on == SUPPLY_CYCLES + 1
        if was_on and not power:
            assert was_isolated


@pytest.mark.parametrize("seed", range(3))
def test_order_of_power_and_isolation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    often = rng.random((2000, 1)) * [[1.0, 0.6]]
    seen = controlled((rng.random((2000, 2)) < often).astype(int).tolist())
    check_order(seen)
    assert set(seen) == {(0, 1), (1, 1), (1, 0)}


def test_every_short_sequence() -> None:
    """From each state on the way up and down, whatever is asked in the next three cycles."""
    whole = []
    for begun in range(len(FASTEST)):
        for inputs in product(product((0, 1), repeat=2), repeat=3):
            whole += [*FASTEST[:begun], *inputs, *[(0, 1)] * 2, *[(0, 0)] * 2]
    check_order(controlled(whole))


def test_how_long_it_takes() -> None:
    seen = controlled([*FASTEST, (0, 0)])
    assert seen == [(0, 1)] + [(1, 1)] * (SUPPLY_CYCLES + 1) + [(1, 0), (1, 1), (0, 1)]
    assert seen.index((1, 0)) == WAKE_CYCLES
    assert REST_CYCLES == 1


@pytest.mark.parametrize("config", [Tree(), Serial(2), Serial(3, neuron="if")], ids=str)
def test_beats_through_sleep(config: CoreConfig) -> None:
    """Answers, cycles from the offer on, and no clock is asked for in between."""
    rng = np.random.default_rng(4)
    network = random_network(rng, (6, 5, 3), steps=7, weight_bits=4, input_bits=4)
    counts, gated = random_beats(rng, network, 6), Gated(config)
    core = gated.core(network)
    trace = golden.run(network, counts, gated.neuron)
    results, cycles, idle = [], [], []

    async def beats(context: Any) -> None:
        for beat, pause in zip(counts.tolist(), (0, 1, 2, 3, 9, 30), strict=True):
            for _ in range(REST_CYCLES + pause):
                await context.tick()
            idle.append(context.get(core.clock_request))
            for count in beat:
                await send(context, core.counts, count)
            (result,) = await context.tick().sample(core.result.payload).until(core.result.valid & core.result.ready)
            results.append((result.klass, [result.potentials[i] for i in range(network.outputs)]))

    async def watch(context: Any) -> None:
        context.set(core.result.ready, 1)
        elapsed = rested = 0
        async for *_, valid, done in context.tick().sample(core.counts.valid, core.result.valid):
            elapsed += elapsed > 0 or (valid and rested >= REST_CYCLES)
            rested += 1
            if done:
                cycles.append(elapsed)
                elapsed = rested = 0
                if len(cycles) == len(counts):
                    break

    simulate(core, beats, watch)
    assert results == list(zip(trace.classes.tolist(), trace.outputs.tolist(), strict=True))
    assert cycles == gated.cycles(network, trace).tolist()
    assert not any(idle)


def test_without_a_request_nothing_changes() -> None:
    """Asleep and with nothing to do, the controller's registers stay: its clock may stand still."""
    controller = PowerController()
    simulator = Simulator(controller)
    simulator.add_clock(1e-6)
    seen = set()

    async def play(context: Any) -> None:
        for _ in range(20):
            seen.add((context.get(controller.power), context.get(controller.isolate)))
            await context.tick()

    simulator.add_testbench(play)
    simulator.run()
    assert seen == {(0, 1)}
