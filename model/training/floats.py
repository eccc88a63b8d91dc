"""The first part of training: a network of floats that fires like one of integers.

`[Linear -> BatchNorm -> clamp and quantise to T levels -> Dropout] x L -> Linear`, and then BatchNorm folded away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from sparrow_ecg.model.conversion.ssf import fold
from sparrow_ecg.model.training.recipes import Recipe


class Floor(torch.autograd.Function):
    """``clamp(floor(x), 0, steps)``, with the gradient of the clamp alone. steps: an int, or a tensor that suits x."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, steps: int | torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward((x >= 0) & (x < steps + 1))
        return x.floor().clamp(min=0).minimum(torch.as_tensor(steps))

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        (inside,) = ctx.saved_tensors
        return gradients[0] * inside, None


class Spikes(nn.Module):
    """An activation in 0..1, clamped and quantised to T levels."""

    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return Floor.apply(x * self.steps, self.steps) / self.steps


def float_network(recipe: Recipe, classes: int) -> nn.Sequential:
    """Takes activations in 0..1, float32[beats, inputs], and gives logits, float32[beats, classes]."""
    modules: list[nn.Module] = []
    width = recipe.encoding.inputs
    for neurons in recipe.hidden:
        linear, normal = nn.Linear(width, neurons, bias=False), nn.BatchNorm1d(neurons)
        nn.init.kaiming_normal_(linear.weight)
        nn.init.constant_(normal.weight, 0.25)  # so that most sums start between the clamps
        nn.init.constant_(normal.bias, 0.4)
        modules += [linear, normal, Spikes(recipe.steps), nn.Dropout(recipe.dropout)]
        width = neurons
    return nn.Sequential(*modules, nn.Linear(width, classes))


def folded(trained: nn.Sequential) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of each layer, with the BatchNorm after it taken in."""
    modules = list(trained)
    for linear, normal in zip(modules[:-1:4], modules[1::4], strict=True):
        tensors = (linear.weight, normal.running_mean, normal.running_var + normal.eps, normal.weight, normal.bias)
        yield fold(*(tensor.detach().double().numpy() for tensor in tensors))
    yield modules[-1].weight.detach().double().numpy(), modules[-1].bias.detach().double().numpy()
