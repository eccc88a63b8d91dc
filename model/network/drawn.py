"""Random networks and beats, from a seed, that reach into every corner of what the hardware must do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np

from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network

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
    limit = 1 << (weight_bits - 1)
    layers = []
    counts = rng.integers(0, 1 << input_bits, (16, shape[0]))  # some beats, to see what neurons are driven by
    count_max = (1 << input_bits) - 1
    for k, (inputs, outputs) in enumerate(pairwise(shape)):
        drawn = rng.integers(-limit, limit, (outputs, inputs))
        if weights == "extreme":
            signs = drawn if rng.integers(2) else np.repeat(drawn[:, :1], inputs, axis=1)
            drawn = np.where(signs < 0, -limit, limit - 1)
        elif weights == "sparse":
            drawn *= rng.integers(0, 4, drawn.shape) == 0
        sums = counts @ drawn.T
        spread = max(int(sums.std()), 1)
        reach = int(np.abs(drawn).sum(axis=1).max()) * count_max if weights == "extreme" else spread
        biases = rng.integers(-reach, reach + 1, outputs)
        # Most neurons should fire some spikes of T: neither sleep nor saturate.
        firing = Firing(max((spread // steps).bit_length() + int(rng.integers(-1, 2)), 0), steps)
        layers.append(Dense(drawn, biases, firing if k < len(shape) - 2 else None))
        counts, count_max = firing.compute(sums + biases), steps
    classes = tuple(f"class {i}" for i in range(shape[-1]))
    return Network("random", DirectCounts(shape[0], input_bits), tuple(layers), steps, weight_bits, classes, {})


def random_beats(rng: np.random.Generator, network: Network, beats: int) -> np.ndarray:
    """Counts, int64[beats, inputs]: random, half empty, then one of all zeros and one of all maxima."""
    highest = network.count_max(0)
    counts = rng.integers(0, highest + 1, (beats, network.inputs))
    counts[::2] *= rng.integers(0, 2, counts[::2].shape)
    if beats >= 3:
        counts[1], counts[2] = 0, highest
    return counts


def worst_beats(network: Network) -> np.ndarray:
    """Counts, int64[2 * neurons, inputs], that drive each first-layer neuron to its lowest and highest sum."""
    weights = network.layers[0].weights
    return np.concatenate([weights < 0, weights > 0]) * np.int64(network.count_max(0))
