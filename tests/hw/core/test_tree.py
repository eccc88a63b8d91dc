"""The core with a tree for each layer, in Amaranth's simulator, against the golden model: answers, cycles, probes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.core import tree
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network import Dense, DirectCounts, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network, worst_beats
from tests.support.simulate import Run, run_core, send, simulate

CONFIG = Tree()


def check(network: Network, counts: np.ndarray) -> Run:
    run = run_core(CONFIG.core(network), counts)
    trace = golden.run(network, counts, CONFIG.neuron)
    assert run.potentials == trace.outputs.tolist()
    assert run.classes == trace.classes.tolist()
    assert run.cycles == CONFIG.cycles(network, trace).tolist()
    return run


@pytest.mark.parametrize("seed", range(12))
def test_random_networks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 10, rng.integers(2, 5)).tolist()
    network = random_network(
        rng, shape, steps=int(rng.integers(1, 16)), weights=("random", "extreme", "sparse")[seed % 3]
    )
    check(network, random_beats(rng, network, 4))


def test_potentials_at_their_bounds() -> None:
    rng = np.random.default_rng(6)
    network = random_network(rng, (12, 5, 4), steps=7, weight_bits=6, input_bits=4, weights="extreme")
    check(network, worst_beats(network))


def test_equal_outputs_choose_the_first() -> None:
    layer = Dense(np.array([[1], [2], [2]]), np.array([3, 0, 0]), None)
    network = Network("ties", DirectCounts(1, 3), (layer,), 3, 4, ("a", "b", "c"), {})
    assert check(network, np.array([[3], [7], [0]])).classes == [0, 1, 0]


def test_probes() -> None:
    rng = np.random.default_rng(9)
    network = random_network(rng, (8, 7, 5, 3), steps=7)
    probes = check(network, random_beats(rng, network, 4)).probes
    assert probes == {"input_store": 4 * 8, "evaluate": 4 * 3}


@pytest.mark.parametrize("wait", [0, 1, 5])
def test_a_result_is_held_until_it_is_taken(wait: int) -> None:
    """And until then no count of the next beat is taken."""
    rng = np.random.default_rng(4)
    network = random_network(rng, (3, 4, 3), steps=7)
    beats = random_beats(rng, network, 3)
    trace = golden.run(network, beats)
    core = CONFIG.core(network)

    async def bench(context: Any) -> None:
        for beat, klass, potentials in zip(beats.tolist(), trace.classes, trace.outputs.tolist(), strict=True):
            for count in beat:
                assert not context.get(core.result.valid)
                await send(context, core.counts, count)
            for _ in network.layers:
                assert not context.get(core.result.valid)
                await context.tick()
            context.set(core.counts.valid, 1)
            for left in range(wait, -1, -1):
                context.set(core.result.ready, left == 0)
                assert context.get(core.result.valid)
                assert not context.get(core.counts.ready)
                result = context.get(core.result.payload)
                assert (result.klass, [result.potentials[i] for i in range(3)]) == (klass, potentials)
                context.set(core.counts.valid, left > 0)
                await context.tick()
            context.set(core.result.ready, 0)

    simulate(core, bench)


def test_what_enters_a_layer_changes_once_a_beat(monkeypatch) -> None:
    """In its own cycle: each other change would go through all its adders."""
    made = []

    class Watched(tree.TreeLayer):
        def __init__(self, *arguments: Any):
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr(tree, "TreeLayer", Watched)
    rng = np.random.default_rng(5)
    network = random_network(rng, (4, 6, 5, 3), steps=7)
    core = CONFIG.core(network)
    changes = [0] * len(network.layers)

    async def bench(context: Any) -> None:
        context.set(core.result.ready, 1)
        before = [0] * len(made)
        for beat in random_beats(rng, network, 6):
            context.set(core.counts.valid, 1)
            for cycle in range(network.inputs + len(made) + 1):
                context.set(core.counts.payload, int(beat[min(cycle, network.inputs - 1)]))
                await context.tick()
                entered = [context.get(layer.counts.as_value()) for layer in made]
                for k, (now, then) in enumerate(zip(entered, before, strict=True)):
                    assert now == then or cycle == network.inputs + k
                    changes[k] += now != then
                before = entered

    simulate(core, bench)
    assert min(changes) > 2
