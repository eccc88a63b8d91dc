"""Random networks and beats, from a seed, that reach into every corner of what the hardware must do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np

from sparrow_ecg.model.network import Convolution, Dense, DirectCounts, Firing, Map, Network, Pooling, golden

DrawnWeights = Literal["random", "extreme", "sparse"]


def random_network(
    rng: np.random.Generator,
    shape: Sequence[int] | None = None,
    *,
    steps: int | None = None,
    weight_bits: int | None = None,
    input_bits: int | None = None,
    weights: DrawnWeights = "random",
) -> Network:
    """A network of 1 to 3 layers of up to 40 neurons, T up to 31; what is given is kept, the rest is drawn.

    weights: ``random``; ``extreme``, the lowest or highest weight everywhere, one sign for a whole neuron here
    and there, so that potentials reach the bound of the accumulator; or ``sparse``, three in four zero.
    """
    shape = tuple(shape) if shape else tuple(int(n) for n in rng.integers(1, 41, rng.integers(2, 5)))
    steps = steps or int(rng.integers(1, 32))
    weight_bits = weight_bits or int(rng.integers(2, 9))
    input_bits = input_bits or int(rng.integers(1, 9))
    layers = []
    counts = rng.integers(0, 1 << input_bits, (16, shape[0]))  # some beats, to see what neurons are driven by
    count_max = (1 << input_bits) - 1
    for k, (inputs, outputs) in enumerate(pairwise(shape)):
        drawn = _weights(rng, (outputs, inputs), weight_bits, weights)
        sums = counts @ drawn.T
        reach = int(np.abs(drawn).sum(axis=1).max()) * count_max if weights == "extreme" else 0
        biases, firing = _driven(rng, sums, outputs, steps, reach)
        layers.append(Dense(drawn, biases, firing if k < len(shape) - 2 else None))
        counts, count_max = firing.compute(sums + biases), steps
    classes = tuple(f"class {i}" for i in range(shape[-1]))
    return Network("random", DirectCounts(shape[0], input_bits), tuple(layers), steps, weight_bits, classes, {})


def random_convolutional(
    rng: np.random.Generator, *, steps: int | None = None, weights: DrawnWeights = "random"
) -> Network:
    """1 or 2 convolutions of any kind on a small map, and 1 or 2 dense layers; T up to 7."""
    steps = steps or int(rng.integers(1, 8))
    weight_bits, input_bits = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    layers = []
    entering = Map(*(int(n) for n in (*rng.integers(1, 8, 2), rng.integers(1, 5))))
    counts = rng.integers(0, 1 << input_bits, (entering.size, 4))
    for _ in range(int(rng.integers(1, 3))):
        side = min(entering.height, entering.width)
        kernel, stride, channels = (int(rng.integers(1, top + 1)) for top in (min(side, 4), 3, 5))
        padding = int(rng.integers(0, kernel))
        size = int(rng.integers(1, min((side + 2 * padding - kernel) // stride + 1, 3) + 1))
        pooling = (None, Pooling(size, None), Pooling(size, Firing(int(rng.integers(0, 3)), steps)))[rng.integers(3)]
        drawn = _weights(rng, (channels, kernel**2 * entering.channels), weight_bits, weights)
        still = Convolution(drawn, np.zeros(channels, int), None, entering, kernel, stride, padding, pooling)
        sums = golden.convolved(still, counts)
        biases, firing = _driven(rng, sums, channels, steps)
        layer = replace(still, biases=biases, firing=firing)
        layers.append(layer)
        counts = golden.pooled(layer, firing.compute(golden.convolved(layer, counts)))
        entering = layer.leaving
    head = random_network(
        rng,
        (entering.size, *(int(n) for n in rng.integers(1, 7, rng.integers(1, 3)))),
        steps=steps,
        weight_bits=weight_bits,
        input_bits=steps.bit_length(),
        weights=weights,
    )
    return replace(head, encoding=DirectCounts(layers[0].inputs, input_bits), layers=(*layers, *head.layers))


def _weights(rng: np.random.Generator, shape: tuple[int, int], bits: int, kind: DrawnWeights) -> np.ndarray:
    limit = 1 << (bits - 1)
    drawn = rng.integers(-limit, limit, shape)
    if kind == "extreme":
        signs = drawn if rng.integers(2) else np.repeat(drawn[:, :1], shape[1], axis=1)
        return np.where(signs < 0, -limit, limit - 1)
    return drawn * (rng.integers(0, 4, shape) == 0) if kind == "sparse" else drawn


def _driven(
    rng: np.random.Generator, sums: np.ndarray, neurons: int, steps: int, reach: int = 0
) -> tuple[np.ndarray, Firing]:
    """Biases of up to ``reach``, or the spread of sums, and a firing, so that most neurons fire some spikes of T:
    neither sleep nor saturate.
    """
    spread = max(int(sums.std()), 1)
    biases = rng.integers(-(reach or spread), (reach or spread) + 1, neurons)
    return biases, Firing(max((spread // steps).bit_length() + int(rng.integers(-1, 2)), 0), steps)


def random_beats(rng: np.random.Generator, network: Network, beats: int) -> np.ndarray:
    """Counts, int64[beats, inputs]: random, half empty, then one of all zeros and one of all maxima."""
    highest = network.count_max(0)
    counts = rng.integers(0, highest + 1, (beats, network.inputs))
    counts[::2] *= rng.integers(0, 2, counts[::2].shape)
    if beats >= 3:
        counts[1], counts[2] = 0, highest
    return counts


def worst_beats(network: Network) -> np.ndarray:
    """Counts, int64[2 * neurons, inputs], that drive each first-layer neuron to its lowest and highest sum; those of a
    convolution in the first window that is on the map, as far as one is.
    """
    first = network.layers[0]
    wanted = np.concatenate([first.weights < 0, first.weights > 0]) * np.int64(network.count_max(0))
    if not isinstance(first, Convolution):
        return wanted
    whole, side, edge = first.entering, first.kernel, first.padding
    start = -(-edge // first.stride) * first.stride  # on the padded map
    beats = np.zeros((len(wanted), start + side + whole.height, start + side + whole.width, whole.channels), np.int64)
    beats[:, start : start + side, start : start + side] = wanted.reshape(-1, side, side, whole.channels)
    return beats[:, edge : edge + whole.height, edge : edge + whole.width].reshape(-1, whole.size)
