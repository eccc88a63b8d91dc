"""Muon, an optimizer for convolutions: momentum whose matrix is turned to the nearest one with rows at right angles, so
that no few directions take the whole step (Jordan et al., 2024; for pictures as in their CIFAR-10 speed runs).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

PASSES = 3  # of Newton's iteration; singular values end between 0.5 and 1.5, which is near enough


class Muon(torch.optim.Optimizer):
    """For weights [out, ...] with BatchNorm behind them, whose size does not matter: it is held at ``sqrt(out)``.

    Not `torch.optim.Muon`: that takes matrices alone, and lets their size drift.
    """

    def __init__(self, weights: Iterable[torch.Tensor], lr: float, momentum: float = 0.85):
        super().__init__(weights, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                state = self.state[weight]
                if "mean" not in state:
                    state["mean"] = torch.zeros_like(weight)
                mean = state["mean"].mul_(group["momentum"]).add_(weight.grad)
                ahead = weight.grad.add(mean, alpha=group["momentum"])
                weight.mul_(len(weight) ** 0.5 / weight.norm()).add_(turned(ahead), alpha=-group["lr"])


def turned(gradient: torch.Tensor) -> torch.Tensor:
    """Of the same shape, with singular values near 1, as a matrix of ``out`` rows."""
    matrix = gradient.flatten(1)
    tall = len(matrix) > matrix.shape[1]
    x = (matrix.T if tall else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(PASSES):
        square = x @ x.T
        x = 3.4445 * x + (2.0315 * square @ square - 4.7750 * square) @ x
    return (x.T if tall else x).to(gradient).reshape(gradient.shape)
