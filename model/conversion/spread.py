"""A network whose IF neurons get their biases step by step, and not all at the beginning.

The contract has IF's later hidden layers start at their whole bias, which is T times that of a step: a large one fires
early, before what would have inhibited it comes in, or holds a neuron back until it is too late to fire as often as it
should. Here one more neuron in each hidden layer spikes in every step, and brings the bias along.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model.network import Dense, Network
from sparrow_ecg.model.network.dense import signed_bits


def spread_biases(network: Network) -> Network:
    """The same sums, so the same counts under SSF, but for the last neuron of each hidden layer, whose count is T.

    A bias b of a later hidden layer becomes a weight of ``b // T``, and what is left of it, less than T. The output
    layer, which only sums, keeps its own. Weights are as wide as that asks for. Raises InputError where no weight can
    be so wide.
    """
    layers: list[Dense] = []
    for k, layer in enumerate(network.layers):
        weights, biases = layer.weights, layer.biases
        if k:  # what comes from the neuron that always spikes
            each = biases // network.steps if layer.firing else np.zeros_like(biases)
            weights, biases = np.column_stack([weights, each]), biases - each * network.steps
        if layer.firing:  # and the one that is such a neuron: driven by its bias, later by the one before
            threshold = 1 << layer.firing.threshold_log2
            always = np.zeros((1, weights.shape[1]), np.int64)
            always[0, -1] = threshold if k else 0
            weights = np.concatenate([weights, always])
            biases = np.append(biases, 0 if k else network.steps * threshold)
        layers.append(Dense(weights, biases, layer.firing))
    bits = max(signed_bits(int(layer.weights.min()), int(layer.weights.max())) for layer in layers)
    return replace(network, layers=tuple(layers), weight_bits=max(bits, network.weight_bits))
