"""The golden model against a time-stepped reference in plain Python, and against its own bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network, worst_beats
from tests.support import neurons as reference
from tests.support.examples import examples
from tests.support.networks import networks, runs

REFERENCES = {"ssf": reference.ssf, "if": reference.integrate_and_fire}


@examples(60)
@given(runs(neurons=12, beats=4))
@pytest.mark.parametrize("neuron", ["ssf", "if"])
def test_golden_is_the_time_stepped_reference(neuron: str, run: tuple[Network, np.ndarray]) -> None:
    network, counts = run
    trace = golden.run(network, counts, neuron)
    for beat, row in enumerate(counts.tolist()):
        answer = REFERENCES[neuron](network, row)
        assert [layer[beat].tolist() for layer in trace.counts] == answer.counts
        assert [layer[beat].tolist() for layer in trace.potentials] == answer.potentials
        assert trace.classes[beat] == answer.klass


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 15, 31])
@pytest.mark.parametrize("threshold_log2", [0, 1, 3])
def test_firing_is_a_neuron_driven_by_its_sum(steps: int, threshold_log2: int) -> None:
    """Every potential from far below zero to far above saturation: shift and clamp against steps in time."""
    potentials = np.arange(-3 << threshold_log2, (steps + 3) << threshold_log2)
    threshold = steps << threshold_log2
    stepped = [sum(reference._constant_drive(int(n), threshold, steps)) for n in potentials]
    assert Firing(threshold_log2, steps).compute(potentials).tolist() == stepped


@given(runs())
def test_first_layer_fires_the_same_counts_in_both_neurons(run: tuple[Network, np.ndarray]) -> None:
    network, counts = run
    first, second = golden.run(network, counts), golden.run(network, counts, "if")
    assert (first.potentials[0] == second.potentials[0]).all()
    for a, b in zip(first.counts[:2], second.counts[:2], strict=True):
        assert (a == b).all()
    if len(network.layers) <= 2:
        assert (first.outputs == second.outputs).all()


@given(runs())
def test_trains_add_up_to_the_counts(run: tuple[Network, np.ndarray]) -> None:
    network, counts = run
    trace = golden.run(network, counts, "if")
    assert len(trace.trains) == len(network.layers) - 1
    for train, fired in zip(trace.trains, trace.counts[1:], strict=True):
        assert train.shape == (network.steps, *fired.shape)
        assert (train.sum(axis=0) == fired).all()


@given(runs())
def test_accumulator_bound_is_never_exceeded(run: tuple[Network, np.ndarray]) -> None:
    network, counts = run
    trace = golden.run(network, counts)
    for k, potentials in enumerate(trace.potentials):
        limit = 1 << (network.accumulator_bits(k) - 1)
        assert -limit <= potentials.min()
        assert potentials.max() < limit


@given(networks(layers=1))
def test_accumulator_bound_is_reached(network: Network) -> None:
    """One bit less would overflow: the worst beat of some neuron reaches the bound itself."""
    low, high = network.layers[0].bounds(network.count_max(0))
    sums = golden.run(network, worst_beats(network)).outputs
    assert (sums.min(), sums.max()) == (low, high)
    bits = network.accumulator_bits(0)
    assert -(1 << bits - 1) <= low <= high < 1 << bits - 1
    assert bits == 1 or not -(1 << bits - 1) <= 2 * low <= 2 * high + 1 < 1 << bits - 1


@pytest.mark.parametrize("order", ["worst first", "best first"])
def test_partial_sums_stay_inside_the_bound(order: str) -> None:
    rng = np.random.default_rng(5)
    layer = random_network(rng, (20, 6), weights="extreme").layers[0]
    low, high = layer.bounds(7)
    for weights, bias in zip(layer.weights, layer.biases, strict=True):
        terms = np.sort(weights * rng.integers(0, 8, 20))
        sums = bias + np.cumsum(terms if order == "worst first" else terms[::-1])
        assert low <= min(sums) <= max(sums) <= high


def test_blocks_do_not_change_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    network = random_network(rng, (9, 5, 4, 3))
    counts = random_beats(rng, network, 23)
    whole = golden.run(network, counts, "if")
    monkeypatch.setattr(golden, "BLOCK", 5)
    parts = golden.run(network, counts, "if")
    for kind in ("counts", "potentials", "trains"):
        for a, b in zip(getattr(whole, kind), getattr(parts, kind), strict=True):
            assert (a == b).all()


def test_ties_go_to_the_lowest_class() -> None:
    layer = Dense(np.array([[1], [3], [3]]), np.zeros(3, dtype=np.int64), None)
    network = Network("tie", DirectCounts(1, 4), (layer,), 1, 4, ("a", "b", "c"), {})
    assert golden.run(network, np.array([[5], [0]])).classes.tolist() == [1, 0]


def test_no_beats_give_empty_arrays() -> None:
    network = random_network(np.random.default_rng(1), (4, 3, 2))
    trace = golden.run(network, np.zeros((0, 4), dtype=np.int64))
    assert trace.outputs.shape == (0, 2)


@pytest.mark.parametrize(
    "counts",
    [np.zeros((2, 3), np.int64), np.zeros(4, np.int64), np.zeros((2, 4)), np.full((1, 4), -1), np.full((1, 4), 256)],
    ids=["too few inputs", "one axis", "floats", "negative", "beyond the input bits"],
)
@pytest.mark.parametrize("neuron", ["ssf", "if"])
def test_wrong_counts_are_refused(neuron: str, counts: np.ndarray) -> None:
    network = random_network(np.random.default_rng(1), (4, 3, 2), input_bits=8)
    with pytest.raises(ValueError, match="counts"):
        golden.run(network, counts, neuron)
