"""The neuron: what it makes of the currents of a window of T steps. Integers, held in torch's floats where exact.

if:  integrate and fire, no leak, soft reset: ``u += I; if u >= threshold: spike, u -= threshold``, at most one spike a
     step. How many spikes depends on the order of what comes in.
ssf: sum all T currents first, then fire ``clamp(floor(N / threshold), 0, T)`` times. (The same act is VR-encoding's
     "sum over the window then spike again".)
"""

from __future__ import annotations

from typing import Literal, get_args

import torch

Neuron = Literal["if", "ssf"]
NEURONS: tuple[Neuron, ...] = get_args(Neuron)


def fires(total: torch.Tensor, threshold: torch.Tensor, steps: int) -> torch.Tensor:
    """SSF in closed form: spikes of a window, of the sum of its currents; threshold broadcasts along channels."""
    return torch.div(total, threshold, rounding_mode="floor").clamp(0, steps)


def spikes(currents: torch.Tensor, threshold: torch.Tensor, neuron: Neuron) -> torch.Tensor:
    """Spikes, 0 or 1, [steps, ...], of currents [steps, ...]. threshold: above 0, broadcasts along channels."""
    if neuron == "ssf":
        steps = len(currents)
        count = fires(currents.sum(0), threshold, steps)
        step = torch.arange(steps, dtype=currents.dtype).reshape(-1, *[1] * count.ndim)
        return (step < count).to(currents.dtype)
    train = torch.empty_like(currents)
    potential = torch.zeros_like(currents[0])
    for k, current in enumerate(currents):
        potential = potential + current
        train[k] = potential >= threshold
        potential = potential - threshold * train[k]
    return train


def evenly(counts: torch.Tensor, steps: int) -> torch.Tensor:
    """A train [steps, ...] of so many spikes, as evenly spread as can be: how a coded picture comes in."""
    step = torch.arange(1, steps + 1, dtype=counts.dtype).reshape(-1, *[1] * counts.ndim)
    reached = torch.div(step * counts, steps, rounding_mode="floor")
    return torch.diff(reached, dim=0, prepend=torch.zeros_like(reached[:1]))
