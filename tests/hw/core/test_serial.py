"""The whole core in Amaranth's simulator against the golden model: answers, cycles and probes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network, worst_beats
from tests.support.simulate import Run, run_core

CONFIGS = list(product(("rom", "ram"), ("ssf", "if"), (True, False)))


def check(network: Network, config: Serial, counts: np.ndarray) -> Run:
    build = Build(network, config)
    run = run_core(build.core, counts, build.image())
    trace = golden.run(network, counts, config.neuron)
    assert run.potentials == trace.outputs.tolist()
    assert run.classes == trace.classes.tolist()
    assert run.cycles == config.cycles(network, trace).tolist()
    return run


@pytest.mark.parametrize(("weights", "neuron", "zero_skip"), CONFIGS)
@pytest.mark.parametrize("seed", range(6))
def test_random_networks(weights: str, neuron: str, zero_skip: bool, seed: int) -> None:
    """Hypothesis would shrink for minutes here; seeds do."""
    rng = np.random.default_rng([seed, CONFIGS.index((weights, neuron, zero_skip))])
    shape = rng.integers(1, 10, rng.integers(2, 5)).tolist()
    network = random_network(
        rng, shape, steps=int(rng.integers(1, 16)), weights=("random", "extreme", "sparse")[seed % 3]
    )
    config = Serial(int(rng.integers(1, max(shape[1:]) + 1)), weights, neuron, zero_skip)
    check(network, config, random_beats(rng, network, 4))


@pytest.mark.parametrize(("weights", "neuron", "zero_skip"), CONFIGS)
def test_smallest_network(weights: str, neuron: str, zero_skip: bool) -> None:
    network = random_network(np.random.default_rng(4), (1, 1), steps=1, weight_bits=2, input_bits=1)
    check(network, Serial(1, weights, neuron, zero_skip), np.array([[0], [1], [1], [0]]))


@pytest.mark.parametrize("neuron", ["ssf", "if"])
@pytest.mark.parametrize("lanes", [1, 7, 40])
def test_large_network(neuron: str, lanes: int) -> None:
    rng = np.random.default_rng(lanes)
    network = random_network(rng, (40, 40, 3), steps=31, weight_bits=8, input_bits=5)
    check(network, Serial(lanes, neuron=neuron), random_beats(rng, network, 3))


@pytest.mark.parametrize("weights", ["rom", "ram"])
@pytest.mark.parametrize("neuron", ["ssf", "if"])
def test_accumulator_at_its_bounds(weights: str, neuron: str) -> None:
    rng = np.random.default_rng(6)
    network = random_network(rng, (12, 5, 4), steps=7, weight_bits=6, input_bits=4, weights="extreme")
    check(network, Serial(2, weights, neuron), worst_beats(network))


@pytest.mark.parametrize("weights", ["rom", "ram"])
def test_if_neuron_whose_bias_is_spent_before_its_weights_pull_it_down(weights: str) -> None:
    """Firing takes a threshold away, so an IF potential falls below the lowest sum that SSF ever sees."""
    layers = (
        Dense(np.array([[10]]), np.array([0]), Firing(0, 31)),  # fires at every step but the first
        Dense(np.array([[-8]]), np.array([127]), Firing(6, 31)),  # fires at the first, then sinks to -177
        Dense(np.array([[1]]), np.array([0]), None),
    )
    network = Network("sinking", DirectCounts(1, 2), layers, 31, 5, ("a",), {})
    assert network.accumulator_bits(1) == 8
    check(network, Serial(1, weights, "if"), np.array([[3]]))


@pytest.mark.parametrize("neuron", ["ssf", "if"])
def test_equal_outputs_choose_the_first(neuron: str) -> None:
    layer = Dense(np.array([[1], [2], [2]]), np.array([3, 0, 0]), None)
    network = Network("ties", DirectCounts(1, 3), (layer,), 3, 4, ("a", "b", "c"), {})
    assert check(network, Serial(2, neuron=neuron), np.array([[3], [7], [0]])).classes == [0, 1, 0]


def test_ram_core_takes_the_network_of_another_patient() -> None:
    rng = np.random.default_rng(8)
    built, loaded = (
        random_network(rng, (6, 5, 3), steps=7, weight_bits=5, input_bits=4, weights=kind)
        for kind in ("extreme", "random")
    )
    config = Serial(2, weights="ram")
    counts = random_beats(rng, loaded, 4)
    build = Build(built, config)
    run = run_core(build.core, counts, build.image(loaded))
    assert run.potentials == golden.run(loaded, counts, config.neuron).outputs.tolist()


@pytest.mark.parametrize(("neuron", "zero_skip"), list(product(("ssf", "if"), (True, False))))
def test_probes_count_the_operations(neuron: str, zero_skip: bool) -> None:
    rng = np.random.default_rng(9)
    network = random_network(rng, (8, 7, 5, 3), steps=7)
    config = Serial(3, neuron=neuron, zero_skip=zero_skip)
    counts = random_beats(rng, network, 4)
    probes = check(network, config, counts).probes
    trace = golden.run(network, counts, config.neuron)
    beats, neurons = len(counts), sum(network.shape[1:])
    assert probes["bias_read"] == beats * neurons
    assert probes["output_compare"] == beats * network.outputs
    assert probes["accumulate"] == probes["weight_read"]
    assert probes["spikes"] == sum(int(fired.sum()) for fired in trace.counts[1:])
    used = [(fired != 0) if zero_skip else np.ones_like(fired) for fired in trace.counts]
    assert probes["input_store"] == used[0].sum()
    assert probes["event_store"] == sum(int(fired.sum()) for fired in used[1:])
    reads = [int(fired.sum()) * outputs for fired, outputs in zip(used, network.shape[1:], strict=True)]
    if neuron == "if":
        spikes = [int(fired.sum()) for fired in trace.counts]
        for k in range(1, len(network.layers)):
            reads[k] = (spikes[k] if zero_skip else beats * network.steps * network.shape[k]) * network.shape[k + 1]
    assert probes["weight_read"] == sum(reads)
