"""What a site fires while a network trains: values in 0..ceiling, that counts in 0..T will stand for."""

from __future__ import annotations

import torch
from torch.nn import functional

from sparrow_ecg.model.methods.graph import Fire


class Stairs(torch.autograd.Function):
    """``floor(x)``, with the gradient of x."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        return x.floor()

    @staticmethod
    def backward(ctx: object, *gradients: torch.Tensor) -> torch.Tensor:
        return gradients[0]


def rectify(name: str, x: torch.Tensor) -> torch.Tensor:
    """A rectifier: the network before any conversion."""
    return functional.relu(x)


def clamp(ceiling: float) -> Fire:
    """CQ's first stage."""
    return lambda name, x: x.clamp(0, ceiling)


def staircase(levels: int, ceiling: float = 1.0) -> Fire:
    """``clamp(floor(levels x) / levels, 0, ceiling)``, with the clamp's gradient: CQ, and VR with a ceiling below 1."""
    return lambda name, x: Stairs.apply(x.clamp(0, ceiling) * levels) / levels
