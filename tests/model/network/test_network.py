"""The network: its digest, its sizes, and what cannot be computed exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network, golden
from sparrow_ecg.model.network.dense import MAX_ACCUMULATOR_BITS, MAX_STEPS
from sparrow_ecg.model.network.drawn import random_network
from tests.support.neurons import integrate_and_fire


@pytest.fixture
def network() -> Network:
    return random_network(np.random.default_rng(1), (4, 3, 2), steps=7, weight_bits=4, input_bits=3)


def test_digest_is_stable() -> None:
    """A digest that moves orphans every result that quotes it: change it only with FORMAT."""
    layer = Dense(np.array([[1, -2]]), np.array([3]), None)
    network = Network("x", DirectCounts(2, 3), (layer,), 7, 4, ("N",), {})
    assert network.digest == "a86748ee94821d1b53028285fd152f2b8903f6eb44c969ce47c83ca153bb44a9"


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda n: replace(n, name="other"), True),
        (lambda n: replace(n, provenance={"seed": 1}), True),
        (lambda n: replace(n, classes=("a", "b")), False),
        (lambda n: replace(n, weight_bits=5), False),
        (lambda n: replace(n, encoding=DirectCounts(4, 4)), False),
        (lambda n: replace(n, layers=(n.layers[0], replace(n.layers[1], biases=n.layers[1].biases + 1))), False),
        (lambda n: replace(n, layers=(replace(n.layers[0], firing=Firing(0, 7)), n.layers[1])), False),
    ],
    ids=["name", "provenance", "classes", "weight bits", "encoding", "a bias", "a threshold"],
)
def test_digest_follows_what_is_computed(network: Network, change: Callable, same: bool) -> None:
    network = replace(network, layers=(replace(network.layers[0], firing=Firing(2, 7)), network.layers[1]))
    assert (change(network).digest == network.digest) is same


def test_sizes(network: Network) -> None:
    assert (network.inputs, network.outputs, network.shape) == (4, 2, (4, 3, 2))
    assert network.synapses == 4 * 3 + 3 * 2
    assert network.nonzero_synapses == sum(weight != 0 for k in network.layers for row in k.weights for weight in row)
    assert [network.count_max(k) for k in range(2)] == [7, 7]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda n: replace(n, steps=0), "steps"),
        (lambda n: replace(n, steps=MAX_STEPS + 1), "steps"),
        (lambda n: replace(n, classes=("N", "N")), "classes"),
        (lambda n: replace(n, layers=(replace(n.layers[0], firing=Firing(49, 7)), n.layers[1])), "layers.0.threshold"),
        (lambda n: replace(n, layers=(replace(n.layers[0], firing=Firing(0, 6)), n.layers[1])), "layers.0: fires"),
    ],
)
def test_what_is_made_in_memory_is_checked_too(network: Network, change: Callable, field: str) -> None:
    with pytest.raises(InputError, match=f"^field {field}"):
        change(network)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_longest_window_is_computed_exactly(sign: int) -> None:
    """The largest T, thresholds and biases at once, against a reference in Python's unlimited integers."""
    bias = (1 << MAX_ACCUMULATOR_BITS - 1) - (1 << 32)
    drive = Dense(np.array([[32767]]), np.array([sign * bias]), Firing(MAX_ACCUMULATOR_BITS, MAX_STEPS))
    again = Dense(np.array([[32767]]), np.array([bias]), Firing(MAX_ACCUMULATOR_BITS - 8, MAX_STEPS))
    layers = (drive, again, replace(again, firing=None))
    network = Network("long", DirectCounts(1, 16), layers, MAX_STEPS, 16, ("N",), {})
    trace, answer = golden.run(network, np.array([[65535]]), "if"), integrate_and_fire(network, [65535])
    assert [counts[0].tolist() for counts in trace.counts] == answer.counts
    assert [potentials[0].tolist() for potentials in trace.potentials] == answer.potentials
