"""What a site fires while a network trains: values in 0..ceiling, that counts in 0..T will stand for."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from sparrow_ecg.model.methods.graph import Fire

BELOW = -torch.finfo(torch.float32).tiny  # so that 0 is in: `hardtanh_backward` leaves its ends out


class Stairs(torch.autograd.Function):
    """``clamp(floor(levels x), 0, most) / levels``, with gradient 1 from 0 to the end of the highest step."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, levels: int, most: int) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.end = (most + 1) / levels
        return (x * levels).floor_().clamp_(0, most).div_(levels)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (x,) = ctx.saved_tensors
        return torch.ops.aten.hardtanh_backward(gradients[0], x, BELOW, ctx.end), None, None


def rectify(name: str, x: torch.Tensor) -> torch.Tensor:
    """A rectifier: the network before any conversion."""
    return functional.relu(x)


def clamp(ceiling: float) -> Fire:
    """CQ's first stage."""
    return lambda name, x: x.clamp(0, ceiling)


def staircase(levels: int, ceiling: float = 1.0, past: bool = False) -> Fire:
    """Levels from 0 to 1, up to a ceiling: CQ, and VR with a ceiling below 1.

    past: the gradient goes on to the end of the highest step (`Stairs`), else it is the clamp's. The one step of T = 1
    has a gradient on both sides then.
    """
    most = round(levels * ceiling)
    if past:
        return lambda name, x: Stairs.apply(x, levels, most)
    return lambda name, x: Stairs.apply(x.clamp(0, ceiling) * levels, 1, most) / levels
