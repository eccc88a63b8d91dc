"""The core with a tree for each layer, in Amaranth's simulator, against the golden model: answers, cycles, probes."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network import Dense, DirectCounts, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network, worst_beats
from tests.support.simulate import Run, run_core

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
