"""The core for pictures, in Amaranth's simulator, against the golden model: answers, cycles, probes."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.core.catalog import choose, from_dict
from sparrow_ecg.hw.core.passes import events, passes
from sparrow_ecg.hw.core.picture import Picture
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Convolution, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_convolutional, random_network, worst_beats
from tests.support.simulate import Run, run_core


def check(network: Network, counts: np.ndarray, lanes: int) -> Run:
    config = Picture(lanes)
    run = run_core(config.core(network), counts)
    trace = golden.run(network, counts)
    assert run.potentials == trace.outputs.tolist()
    assert run.classes == trace.classes.tolist()
    assert run.cycles == config.cycles(network, trace).tolist()
    layers = network.layers
    poolings = [layer.pooling if isinstance(layer, Convolution) else None for layer in layers]
    pools, fire = [bool(each) for each in poolings], [bool(each and each.firing) for each in poolings]
    assert run.probes == {
        "input_store": np.count_nonzero(counts),
        "event_read": sum(
            int(events(walk, entering)[0].sum()) * -(-walk.leaving.channels // lanes)
            for walk, entering in zip(passes(network), trace.counts, strict=True)
        ),
        "bias_read": len(counts) * sum(layer.neurons for layer in layers),
        "weight_read": config.weight_reads(network, trace).sum(),
        "accumulate": config.weight_reads(network, trace).sum(),
        "compare": len(counts)
        * sum(layer.neurons + layer.outputs * again for layer, again in zip(layers[:-1], fire, strict=False)),
        "pool": len(counts) * sum(layer.neurons for layer, pool in zip(layers, pools, strict=True) if pool),
        "event_store": sum(np.count_nonzero(entering) for entering in trace.counts[1:]),
        "output_compare": len(counts) * network.outputs,
        "spikes": sum(int(entering.sum()) for entering in trace.counts[1:]),
    }
    return run


def drawn(seed: int) -> Network:
    return random_convolutional(np.random.default_rng(seed), weights=("random", "extreme", "sparse")[seed % 3])


@pytest.mark.parametrize("seed", range(10))
def test_random_networks(seed: int) -> None:
    network = drawn(seed)
    configs = list(Picture.samples(network, 2))
    check(network, random_beats(np.random.default_rng(seed), network, 3), configs[seed % len(configs)].lanes)


@pytest.mark.parametrize("lanes", [1, 3])
def test_dense_layers_are_windows_of_one_place(lanes: int) -> None:
    rng = np.random.default_rng(lanes)
    network = random_network(rng, (6, 5, 3), steps=5)
    check(network, random_beats(rng, network, 4), lanes)


def test_potentials_at_their_bounds() -> None:
    rng = np.random.default_rng(6)
    network = random_network(rng, (12, 5, 4), steps=7, weight_bits=6, input_bits=4, weights="extreme")
    check(network, worst_beats(network), 5)
    network = random_convolutional(rng, weights="extreme")
    check(network, worst_beats(network), 1)


def test_every_kind_of_window_is_among_the_random_networks() -> None:
    """Those of the first test."""
    found = [layer for seed in range(10) for layer in drawn(seed).layers if isinstance(layer, Convolution)]
    assert {layer.stride for layer in found} == {1, 2, 3}
    assert {layer.padding > 0 for layer in found} == {layer.pooling is None for layer in found} == {True, False}
    assert max(layer.kernel for layer in found) >= 3
    pooled = [layer.pooling for layer in found if layer.pooling and layer.pooling.size > 1]
    assert {pooling.firing is None for pooling in pooled} == {True, False}
    assert any(layer.stride * layer.leaving.width < layer.entering.width for layer in found)


def test_options() -> None:
    network = random_convolutional(np.random.default_rng(3))
    widest = max(walk.leaving.channels for walk in passes(network))
    assert choose(network) == Picture(widest) == from_dict(choose(network).as_dict())
    assert choose(network, lanes=1) == Picture(1)
    with pytest.raises(InputError, match="lanes = 99, but the widest layer of 'random' has"):
        choose(network, lanes=99)
    with pytest.raises(InputError, match="lanes = 0: give at least 1"):
        choose(network, lanes=0)
    with pytest.raises(InputError, match="datapath tree: for 'random' give one of picture"):
        choose(network, "tree")
    with pytest.raises(InputError, match="neuron = if: the datapath picture has no such choice: leave it out"):
        choose(network, neuron="if")
    with pytest.raises(InputError, match="'random' has convolutions: only the datapath picture computes them"):
        Serial(1).geometry(network)
