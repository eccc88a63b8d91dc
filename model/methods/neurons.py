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


def shares(total: torch.Tensor, threshold: torch.Tensor | int) -> torch.Tensor:
    """``floor(total / threshold)`` of whole numbers that the float holds exactly, threshold above 0.

    One that is not whole is at least 1 / threshold below the next whole number, which is more than division rounds off.
    torch's own floor division takes ten times as long.
    """
    return (total / threshold).floor_()


def fires(total: torch.Tensor, threshold: torch.Tensor, steps: int) -> torch.Tensor:
    """SSF in closed form: spikes of a window, of the sum of its currents; threshold broadcasts along channels."""
    return shares(total, threshold).clamp_(0, steps)


def spikes(currents: torch.Tensor, threshold: torch.Tensor, neuron: Neuron) -> torch.Tensor:
    """Spikes, 0 or 1, [steps, ...], of currents [steps, ...]. threshold: above 0, broadcasts along channels."""
    if neuron == "ssf":
        steps = len(currents)
        count = fires(currents.sum(0), threshold, steps)
        step = torch.arange(steps, dtype=currents.dtype).reshape(-1, *[1] * count.ndim)
        return (step < count).to(currents.dtype)
    train = torch.empty_like(currents)
    potential = torch.zeros_like(currents[0])
    for current, fired in zip(currents, train, strict=True):
        potential += current
        torch.ge(potential, threshold, out=fired)
        potential.addcmul_(fired, threshold, value=-1)
    return train


def evenly(counts: torch.Tensor, steps: int) -> torch.Tensor:
    """A train [steps, ...] of so many spikes, as evenly spread as can be: how a coded picture comes in."""
    step = torch.arange(1, steps + 1, dtype=counts.dtype).reshape(-1, *[1] * counts.ndim)
    reached = shares(step * counts, steps)
    return torch.diff(reached, dim=0, prepend=torch.zeros_like(reached[:1]))
