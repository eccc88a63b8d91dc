"""Convolutions and pooling in integers, against plain Python that sends each spike where it is seen; their file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import (
    Convolution,
    Dense,
    Firing,
    Map,
    Network,
    PictureCounts,
    Pooling,
    from_json,
    golden,
)
from sparrow_ecg.model.network.drawn import random_beats, random_convolutional, worst_beats
from tests.support.examples import examples
from tests.support.networks import SEEDS
from tests.support.neurons import ssf


@examples(40)
@given(SEEDS)
def test_random_networks_are_what_spikes_would_do(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_convolutional(rng, weights=("random", "extreme", "sparse")[seed % 3])
    beats = random_beats(rng, network, 3)
    trace = golden.run(network, beats)
    for beat, counts in enumerate(beats.tolist()):
        answer = ssf(network, counts)
        assert [entering[beat].tolist() for entering in trace.counts] == answer.counts
        assert [potentials[beat].tolist() for potentials in trace.potentials] == answer.potentials
        assert trace.classes[beat] == answer.klass
    for k, (layer, potentials) in enumerate(zip(network.layers, trace.potentials, strict=True)):
        low, high = layer.bounds(network.count_max(k))
        assert low <= potentials.min() <= potentials.max() <= high


@examples(20)
@given(SEEDS)
def test_the_file_holds_the_very_network(seed: int) -> None:
    network = random_convolutional(np.random.default_rng(seed))
    again = from_json(network.text())
    assert again.text() == network.text()
    assert again.digest == network.digest
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in network.layers]


@pytest.mark.parametrize("seed", range(20))
def test_the_worst_beats_reach_the_bounds(seed: int) -> None:
    """Of every neuron, wherever a whole window is on the map."""
    network = random_convolutional(np.random.default_rng(seed), weights="extreme")
    layer, top = network.layers[0], network.count_max(0)
    assert isinstance(layer, Convolution)
    sums = golden.run(network, worst_beats(network)).potentials[0].reshape(-1, len(layer.weights))
    lowest, highest = (layer.biases + part(layer.weights, 0).sum(axis=1) * top for part in (np.minimum, np.maximum))
    assert (sums.min(axis=0) >= lowest).all()
    assert (sums.max(axis=0) <= highest).all()
    if layer.padding == 0:
        assert (sums.min(axis=0) == lowest).all()
        assert (sums.max(axis=0) == highest).all()


def picture(**changes: Any) -> Network:
    """5 x 4 pixels in two codes, a convolution to 6 x 5 places, pooled to 3 x 2, and two classes."""
    counts = PictureCounts(5, 4, 1, (1, 2), 1)
    values: dict[str, Any] = {
        "entering": counts.map,
        "kernel": 2,
        "stride": 1,
        "padding": 1,
        "pooling": Pooling(2, Firing(1, 1)),
    }
    values |= changes
    convolution = Convolution(np.ones((3, 8), int), np.array([-1, 0, 1]), Firing(0, 1), **values)
    dense = Dense(np.ones((2, 18), int), np.zeros(2, int), None)
    return Network("picture", counts, (convolution, dense), 1, 4, ("dark", "light"), {})


def test_sizes() -> None:
    network = picture()
    layer = network.layers[0]
    assert isinstance(layer, Convolution)
    assert (layer.computed, layer.leaving) == (Map(6, 4, 3), Map(3, 2, 3))
    assert (network.shape, network.synapses) == ((40, 18, 2), 24 + 36)
    assert (layer.neurons, layer.inputs, layer.outputs) == (72, 40, 18)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"entering": Map(5, 0, 2)}, "layers.0.convolution.entering: each is at least 1"),
        ({"entering": Map(4, 4, 2)}, "layers.0.weights: 32 inputs, but 40 counts come in"),
        ({"kernel": 0}, "layers.0.convolution: kernel, stride and size of the pooling are at least 1"),
        ({"kernel": 3}, "layers.0.convolution: a window has 18 counts"),
        ({"stride": 0}, "layers.0.convolution: kernel, stride"),
        ({"padding": 2}, "layers.0.convolution.padding: not in 0..1"),
        ({"padding": -1}, "layers.0.convolution.padding: not in 0..1"),
        ({"pooling": Pooling(7, Firing(1, 1))}, "layers.0.convolution: no window of it fits a map of 5 x 4"),
        ({"pooling": Pooling(2, Firing(1, 2))}, "layers.0.pooling: fires within 2 steps"),
        ({"pooling": Pooling(2, Firing(-1, 1))}, "layers.0.pooling.threshold_log2: not in 0..48"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace(".", r"\.")):
        picture(**changes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file["layers"][0]["convolution"].update(dilation=2), "layers.0.convolution.dilation: Extra"),
        (lambda file: file["layers"][0]["convolution"].update(stride=1.5), "layers.0.convolution.stride: Input should"),
        (lambda file: file["layers"][0]["convolution"].pop("pooling"), "layers.0.convolution.pooling: Field required"),
        (lambda file: file["encoding"].update(levels=[]), "encoding.levels: at least one"),
        (lambda file: file["encoding"].update(steps=0), "encoding.steps: not in"),
        (lambda file: file["encoding"].update(colours=0), "encoding.colours: there is at least 1"),
        (lambda file: file["layers"].pop(), "layers.0: the output layer is a convolution"),
    ],
)
def test_a_damaged_file_is_refused(change: Callable[[Any], Any], message: str) -> None:
    file = json.loads(picture().text())
    change(file)
    if len(file["layers"]) == 1:
        file["layers"][0]["threshold_log2"] = None
    with pytest.raises(InputError, match=f"^field {message}"):
        from_json(json.dumps(file))


def test_pixels_become_counts_place_by_place() -> None:
    counts = PictureCounts(2, 1, 2, (1, 4), 3)
    pixels = np.array([[[[0], [255]], [[63], [64]]]], np.uint8)  # two colours of two rows
    assert counts.encode(pixels).tolist() == [[0, 0, 0, 0, 1, 0, 3, 1]]
    assert (counts.inputs, counts.input_bits) == (8, 2)
    with pytest.raises(InputError, match="the network takes"):
        counts.encode(pixels[:, :1])


def test_convolutions_have_ssf_neurons_alone() -> None:
    with pytest.raises(InputError, match="with SSF neurons alone"):
        golden.run(picture(), np.zeros((1, 40), int), "if")


def test_other_networks_keep_their_digest() -> None:
    """What a file says of a layer has grown; of dense layers it says what it did."""
    network = picture()
    flat = replace(network, layers=(Dense(np.ones((2, 40), int), np.zeros(2, int), None),))
    assert "convolution" not in flat.text()
