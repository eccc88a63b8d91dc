"""The core with one multiplier, in Amaranth's simulator, against the golden model: answers, cycles, probes."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.mac_core import Step, steps
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, DirectCounts, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network, worst_beats
from tests.support.simulate import Run, run_core


def check(network: Network, counts: np.ndarray, skip_bits: int) -> Run:
    config = Mac(skip_bits)
    run = run_core(config.core(network), counts)
    trace = golden.run(network, counts, config.neuron)
    assert run.potentials == trace.outputs.tolist()
    assert run.classes == trace.classes.tolist()
    assert run.cycles == config.cycles(network, trace).tolist()
    assert run.probes["weight_read"] == config.weight_reads(network, trace).sum()
    assert run.probes["input_store"] == counts.size
    return run


@pytest.mark.parametrize("skip_bits", [0, 1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_random_networks(seed: int, skip_bits: int) -> None:
    rng = np.random.default_rng([seed, skip_bits])
    shape = rng.integers(1, 10, rng.integers(2, 5)).tolist()
    network = random_network(
        rng, shape, steps=int(rng.integers(1, 16)), weights=("random", "extreme", "sparse")[seed % 3]
    )
    check(network, random_beats(rng, network, 4), skip_bits)


@pytest.mark.parametrize("skip_bits", [0, 2])
def test_potentials_at_their_bounds(skip_bits: int) -> None:
    rng = np.random.default_rng(6)
    network = random_network(rng, (12, 5, 4), steps=7, weight_bits=6, input_bits=4, weights="extreme")
    check(network, worst_beats(network), skip_bits)


def test_equal_outputs_choose_the_first() -> None:
    layer = Dense(np.array([[1], [2], [2]]), np.array([3, 0, 0]), None)
    network = Network("ties", DirectCounts(1, 3), (layer,), 3, 4, ("a", "b", "c"), {})
    assert check(network, np.array([[3], [7], [0]]), 0).classes == [0, 1, 0]


@pytest.mark.parametrize("skip_bits", range(4))
def test_a_walk_has_every_weight_that_is_not_zero_in_its_place(skip_bits: int) -> None:
    rng = np.random.default_rng(skip_bits)
    weights = rng.integers(-3, 4, (6, 9)) * (rng.random((6, 9)) < 0.3)
    weights[2] = 0
    layer = Dense(weights, np.zeros(6, np.int64), None)
    seen, position = np.zeros(weights.size, np.int64), 0
    for step in steps(layer, skip_bits):
        assert step.skip < 1 << skip_bits
        seen[position] = step.weight
        position += 1 + step.skip
    assert position == weights.size
    assert (seen.reshape(weights.shape) == weights).all()


def test_zeros_before_the_first_weight_cost_a_step_and_those_after_the_last_none() -> None:
    layer = Dense(np.array([[0, 0, 5, 0, 0]]), np.array([0]), None)
    assert list(steps(layer, 2)) == [Step(0, 1), Step(5, 2)]
    assert list(steps(layer, 1)) == [Step(0, 1), Step(5, 1), Step(0, 0)]


def test_options() -> None:
    network = random_network(np.random.default_rng(0), (8, 5, 3), weights="sparse")
    assert choose(network, skip_bits=1) == Mac(1)
    assert isinstance(choose(network, "mac"), Mac)
    assert isinstance(choose(network, top="monitor"), Mac)
    assert choose(network, top="monitor_chip", lanes=2) == Serial(2)
    assert isinstance(choose(network), Tree)
    with pytest.raises(InputError, match="skip_bits = 5: give 0 to 4"):
        choose(network, "mac", skip_bits=5)
    with pytest.raises(InputError, match="lanes = 2: the datapath mac has no such choice"):
        choose(network, "mac", lanes=2)
