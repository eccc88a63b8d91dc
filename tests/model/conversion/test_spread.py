"""Biases that come step by step change what IF fires, and no sum."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from sparrow_ecg.model.conversion.spread import spread_biases
from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network, golden
from tests.support.networks import runs


@given(runs())
def test_sums_are_the_same_and_one_more_neuron_always_spikes(run: tuple[Network, np.ndarray]) -> None:
    network, counts = run
    before, after = golden.run(network, counts), golden.run(spread_biases(network), counts)
    assert (before.outputs == after.outputs).all()
    for fired, spread in zip(before.counts[1:], after.counts[1:], strict=True):
        assert (fired == spread[:, :-1]).all()
        assert (spread[:, -1] == network.steps).all()
    assert all(train[..., -1].all() for train in golden.run(spread_biases(network), counts, "if").trains)


def test_a_bias_that_came_too_early_no_longer_fires() -> None:
    """One neuron with bias 12 and inhibition of 3 in each of 4 steps: its sum is 0, so it should not fire."""
    firing = Firing(2, 4)
    layers = (
        Dense(np.array([[1]]), np.array([0]), firing),
        Dense(np.array([[-3]]), np.array([12]), firing),
        Dense(np.array([[1]]), np.array([0]), None),
    )
    network = Network("one", DirectCounts(1, 5), layers, 4, 4, ("fired",), {})
    counts = np.array([[16]])  # the first neuron spikes in each step
    assert golden.run(network, counts).outputs.tolist() == [[0]]
    assert golden.run(network, counts, "if").outputs.item() > 0
    assert golden.run(spread_biases(network), counts, "if").outputs.tolist() == [[0]]
