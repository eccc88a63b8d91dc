"""The widths and sizes of a core."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sparrow_ecg.model.network import Firing, Network, signed_bits
from sparrow_ecg.model.network.golden import Neuron

Weights = Literal["rom", "ram"]


@dataclass(frozen=True)
class Geometry:
    """What a chip of a network fixes: every width and size that the RTL needs.

    A ``rom`` chip fits one network exactly. A ``ram`` chip takes any network of the same shape, T and
    widths, so its accumulators hold the extremes that such weights can reach.
    """

    shape: tuple[int, ...]
    steps: int
    input_bits: int
    weight_bits: int
    bias_bits: int
    potential_bits: int
    thresholds: tuple[int, ...]

    @staticmethod
    def of(network: Network, weights: Weights, neuron: Neuron) -> Geometry:
        layers = network.layers
        biases = np.concatenate([layer.biases for layer in layers])
        low, high = int(biases.min()), int(biases.max())
        if weights == "rom":
            bounds = [layer.bounds(network.count_max(k)) for k, layer in enumerate(layers)]
            if neuron == "if":  # firing takes thresholds away: weights then pull down from 0, not from the bias
                spent = [replace(layer, biases=np.minimum(layer.biases, 0)) for layer in layers[1:]]
                bounds += [layer.bounds(network.steps) for layer in spent]
            potential_bits = max(signed_bits(*bound) for bound in bounds)
            thresholds = tuple(sorted({layer.firing.threshold_log2 for layer in layers if layer.firing})) or (0,)
        else:
            reach = max(
                layer.inputs * network.count_max(k) << (network.weight_bits - 1) for k, layer in enumerate(layers)
            )
            low, high = min(low, -reach), max(high, reach)
            potential_bits = signed_bits(low - reach, high + reach)
            thresholds = tuple(range(potential_bits))
        bias_bits = signed_bits(low, high)
        return Geometry(
            network.shape,
            network.steps,
            network.input_bits,
            network.weight_bits,
            bias_bits,
            potential_bits,
            thresholds,
        )

    @property
    def layers(self) -> int:
        return len(self.shape) - 1

    @property
    def count_bits(self) -> int:
        """Width of a count anywhere in the core."""
        return max(self.input_bits, self.steps.bit_length() if self.layers > 1 else 1)

    @property
    def class_bits(self) -> int:
        return max((self.shape[-1] - 1).bit_length(), 1)

    def firings(self) -> tuple[Firing, ...]:
        """Every way of firing that the core must know."""
        return tuple(Firing(threshold, self.steps) for threshold in self.thresholds)
