"""The second part of training: the network of integers that hardware computes, while it still learns.

A forward pass in floats that hold integers exactly, with the firing of the golden model itself; gradients go straight
through the rounding. So what is trained and validated here, is what the hardware computes, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.conversion.ssf import best_threshold, scale
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, Firing
from sparrow_ecg.model.training.floats import Floor, folded
from sparrow_ecg.model.training.recipes import Recipe

EXACT = 1 << 24  # float32 holds every integer up to here


class IntegerLayer(nn.Module):
    """A `Dense` whose integers still learn. The real weights and biases behind them are its parameters.

    Takes counts in 0..count_max and gives potentials: float32 tensors that hold integers, as `golden` has them.

    weights:    float[outputs, inputs], the real ones.
    biases:     float[outputs], likewise.
    scale:      the integer that a weight of 1.0 becomes; a bias of 1.0 becomes ``scale * count_max``.
    bias_range: lowest and highest integer that a bias may become.
    """

    def __init__(
        self,
        weights: np.ndarray,
        biases: np.ndarray,
        scale: float,
        count_max: int,
        weight_bits: int,
        firing: Firing | None,
        bias_range: tuple[int, int] = (-EXACT, EXACT),
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weights, dtype=torch.float32))
        self.bias = nn.Parameter(torch.tensor(biases, dtype=torch.float32))
        self.register_buffer("kept", torch.ones_like(self.weight))
        self.scale = scale
        self.count_max = count_max
        self.limit = 1 << (weight_bits - 1)
        self.firing = firing
        self.bias_range = bias_range

    def prune(self, fraction: float) -> None:
        """Hold that fraction of the weights, the smallest, at zero. They learn no more, and keep their size.

        So one that was pruned comes back at the next call if enough others have become smaller.
        """
        smallest = self.weight.detach().abs().flatten().argsort()[: round(fraction * self.weight.numel())]
        self.kept.fill_(1).view(-1)[smallest] = 0

    def integers(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Weights and biases, integers in float32."""
        weights = (self.weight * self.scale).clamp(-self.limit, self.limit - 1)
        biases = (self.bias * (self.scale * self.count_max)).clamp(*self.bias_range)
        return rounded(weights) * self.kept, rounded(biases)

    def forward(self, counts: torch.Tensor) -> torch.Tensor:
        return functional.linear(counts, *self.integers())

    def dense(self) -> Dense:
        """Raises InputError when its potentials may be so large that they were not trained exactly."""
        weights, biases = (x.detach().numpy().astype(np.int64) for x in self.integers())
        layer = Dense(weights, biases, self.firing)
        if max(map(abs, layer.bounds(self.count_max))) >= EXACT:
            raise InputError(f"potentials beyond {EXACT}: float32 does not train this layer of {layer.inputs} inputs")
        return layer


class IntegerNetwork(nn.Module):
    """The layers of a `Network` that still learns: takes counts, float32[beats, inputs], gives output potentials."""

    def __init__(self, layers: Iterable[IntegerLayer]):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, counts: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            counts = layer(counts)
            if layer.firing:
                counts = Floor.apply(counts * 2.0**-layer.firing.threshold_log2, layer.firing.steps)
        return counts

    def logits(self, counts: torch.Tensor) -> torch.Tensor:
        """The output potentials in the unit of the real weights."""
        last = self.layers[-1]
        return self(counts) / (last.scale * last.count_max)

    def prune(self, fraction: float) -> None:
        """That fraction of each hidden layer's weights, see `IntegerLayer.prune`."""
        for layer in self.layers[:-1]:
            layer.prune(fraction)

    def dense(self) -> tuple[Dense, ...]:
        return tuple(layer.dense() for layer in self.layers)


def to_integers(trained: nn.Sequential, recipe: Recipe) -> IntegerNetwork:
    """What a `float_network` becomes: each layer with the power of two as its threshold that suits its weights."""
    count_max = (1 << recipe.encoding.input_bits) - 1
    layers: list[IntegerLayer] = []
    for weights, biases in folded(trained):
        threshold_log2 = best_threshold(weights, recipe.weight_bits, recipe.steps, count_max, recipe.headroom)
        firing = Firing(threshold_log2, recipe.steps) if len(layers) < len(recipe.hidden) else None
        unit = scale(threshold_log2, recipe.steps, count_max)
        layers.append(IntegerLayer(weights, biases, unit, count_max, recipe.weight_bits, firing))
        count_max = recipe.steps
    return IntegerNetwork(layers)


def rounded(x: torch.Tensor) -> torch.Tensor:
    """The nearest integers, with the gradient of x."""
    return x + (x.round() - x).detach()
