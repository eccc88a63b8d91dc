"""Configs that cannot be built, and the widths that a chip gets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.core.schedule import group_sizes
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, DirectCounts, Network, golden
from sparrow_ecg.model.network.drawn import random_network
from tests.support.examples import examples
from tests.support.networks import networks, runs


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lanes": 0}, "lanes = 0: give at least 1"),
        ({"lanes": -2}, "lanes = -2"),
        ({"weights": "flash"}, "weights = 'flash': give one of rom, ram"),
        ({"neuron": "lif"}, "neuron = 'lif': give one of ssf, if"),
    ],
)
def test_config_that_cannot_be(arguments: dict, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Serial(**({"lanes": 1} | arguments))
    assert "\n" not in str(caught.value)


def test_more_lanes_than_neurons() -> None:
    network = random_network(np.random.default_rng(1), (9, 5, 3))
    Serial(5).geometry(network)
    with pytest.raises(InputError, match="lanes = 6, but the widest layer of 'random' has 5 neurons"):
        Serial(6).geometry(network)


@given(st.integers(1, 50), st.integers(1, 50))
def test_groups_cover_all_neurons(outputs: int, lanes: int) -> None:
    groups = group_sizes(outputs, lanes)
    assert sum(groups) == outputs
    assert all(neurons == lanes for neurons in groups[:-1])
    assert 1 <= groups[-1] <= lanes


@examples(60)
@given(networks(), st.sampled_from(("rom", "ram")), st.sampled_from(("ssf", "if")))
def test_geometry_holds_what_the_network_needs(network: Network, weights: str, neuron: str) -> None:
    g = Serial(1, weights=weights, neuron=neuron).geometry(network)
    biases = np.concatenate([layer.biases for layer in network.layers])
    assert -(1 << g.bias_bits - 1) <= biases.min() <= biases.max() < 1 << g.bias_bits - 1
    assert g.potential_bits >= max(network.accumulator_bits(k) for k in range(len(network.layers)))
    assert {layer.firing.threshold_log2 for layer in network.layers if layer.firing} <= set(g.thresholds)
    assert 1 << g.count_bits > network.count_max(0)
    assert len(network.layers) == 1 or 1 << g.count_bits > network.steps
    assert len(g.firings()) == len(g.thresholds)


@examples(40)
@given(runs(), st.integers(0, 99))
def test_ram_chip_takes_any_weights_of_its_widths(run: tuple[Network, np.ndarray], seed: int) -> None:
    """A chip made for one network holds the sums of another with extreme weights, and biases that it accepts."""
    network, counts = run
    g = Serial(1, weights="ram").geometry(network)
    rng = np.random.default_rng(seed)
    limit, reach = 1 << network.weight_bits - 1, 1 << g.bias_bits - 1
    layers = tuple(
        Dense(
            rng.choice([-limit, limit - 1], layer.weights.shape),
            rng.choice([-reach, reach - 1], layer.outputs),
            layer.firing,
        )
        for layer in network.layers
    )
    other = Network("other", network.encoding, layers, network.steps, network.weight_bits, network.classes, {})
    extremes = np.full((1, network.inputs), network.count_max(0))
    for potentials in golden.run(other, np.concatenate([counts, extremes])).potentials:
        assert -(1 << g.potential_bits - 1) <= potentials.min() <= potentials.max() < 1 << g.potential_bits - 1


def test_rom_accumulator_has_no_spare_bit() -> None:
    layer = Dense(np.array([[-8, -8, 7]]), np.array([-16]), None)  # -16 - 16 * 3 = -64 .. 5
    network = Network("tight", DirectCounts(3, 2), (layer,), 1, 4, ("a",), {})
    assert Serial(1).geometry(network).potential_bits == 7


def test_zero_inputs_cost_no_cycles_only_when_they_are_skipped() -> None:
    network = random_network(np.random.default_rng(2), (10, 6))
    counts = np.ones((2, 10), dtype=np.int64)
    counts[1] = 0
    trace = golden.run(network, counts)
    full, empty = Serial(2, zero_skip=True).cycles(network, trace)
    assert full - empty == 3 * 10
    assert len(set(Serial(2, zero_skip=False).cycles(network, trace))) == 1
