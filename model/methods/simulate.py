"""A spiking network at work: step by step, and, for SSF, in closed form. Both are exact integers.

Layers are computed one after the other, each over the whole window: nothing in these networks feeds back, so that it is
the same as all of them step by step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.graph import INPUT
from sparrow_ecg.model.methods.integers import FULL, Layer, Spiking
from sparrow_ecg.model.methods.neurons import Neuron, evenly, fires, shares, spikes
from sparrow_ecg.model.signals.images.pictures import Pictures

EXACT = {torch.float32: 1 << 24, torch.float64: 1 << 53}  # integers up to here
TOGETHER = 128  # pictures times steps that are simulated together: what caches hold
Site = Callable[[Layer, torch.Tensor], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Run:
    """What a network did on a batch.

    answers: [steps, batch, classes], the sums of the last layer after each step (closed form: [1, ...]).
    counts:  of each site, spikes of each neuron in the window, [batch, ...].
    active:  of each layer with weights, the share of its inputs that were not zero, of all steps.
    """

    answers: torch.Tensor
    counts: dict[str, torch.Tensor]
    active: dict[str, float]

    @property
    def classes(self) -> np.ndarray:
        """int64[steps, batch]: the highest sum, the first of equals."""
        return self.answers.argmax(-1).numpy()


def batches(pictures: Pictures, steps: int) -> Iterator[Pictures]:
    """So many pictures that their windows are simulated together."""
    size = max(TOGETHER // steps, 1)
    for start in range(0, len(pictures), size):
        yield pictures.take(slice(start, start + size))


def coded(network: Spiking, pixels: np.ndarray, longest: int = 0) -> torch.Tensor:
    """What comes in of a picture in the whole window: currents or spikes, of uint8[batch, channels, height, width].

    With more input channels than the picture has, its codes with r - 1, r and r + 1 levels stand side by side
    (input expansion of VR-encoding). In a float in which ``longest`` steps, if more than T, are exact, too.
    """
    bytes_ = torch.tensor(pixels, dtype=dtypes(network, pixels.shape[1:], max(longest, network.steps))[INPUT])
    if network.coding == "analog":
        return bytes_ * network.steps
    copies = channels(network, pixels.shape[1]) // pixels.shape[1]
    return torch.cat([expand(bytes_, levels, network.steps) for levels in expansion(network.levels, copies)], 1)


def expansion(levels: int, copies: int) -> tuple[int, ...]:
    """Levels of each code of a picture: r; or r - 1, r and r + 1."""
    if copies not in (1, 3):
        raise InputError(f"a picture is coded once or three times, not {copies} times")
    return (levels,) if copies == 1 else (levels - 1, levels, levels + 1)


def expand(pixels: torch.Tensor, levels: int, steps: int) -> torch.Tensor:
    """Spikes of pixels, 0..255: ``clamp(floor(levels p / 255), 0, steps)``."""
    return shares(pixels * levels, FULL).clamp_(0, steps)


def _walk(
    network: Spiking,
    floats: Mapping[str, torch.dtype],
    values: torch.Tensor,
    times: int,
    site: Site,
    active: dict[str, float],
    within: int,
) -> torch.Tensor:
    """The last layer's sums. within: how many rows of inputs are of the window, and count as active or not."""
    kept = {INPUT: values}
    for layer in network.to(floats).layers:
        taken = [each.to(floats[layer.name]) for each in _alike([kept[name] for name in layer.inputs])]
        if layer.weight is not None:
            inputs = taken[0][:within]
            active[layer.name] = float(inputs.count_nonzero()) / inputs.numel()
        kept[layer.name] = site(layer, taken[0]) if layer.threshold is not None else layer.apply(taken, times)
    return kept[network.layers[-1].name]


def _alike(values: list[torch.Tensor]) -> list[torch.Tensor]:
    """Values of every step, where some are the same in each and stand once."""
    most = max(map(len, values))
    return [each.repeat(most // len(each), *[1] * (each.ndim - 1)) for each in values] if len(values) > 1 else values


@torch.no_grad()
def at_once(network: Spiking, pixels: np.ndarray) -> Run:
    """SSF in closed form: the quantised network. pixels: uint8[batch, channels, height, width]."""
    values = coded(network, pixels)
    floats, run = dtypes(network, pixels.shape[1:], network.steps), Run(values, {}, {})

    def site(layer: Layer, total: torch.Tensor) -> torch.Tensor:
        run.counts[layer.name] = fires(total, shaped(layer.threshold, total), network.steps)
        return run.counts[layer.name]

    answers = _walk(network, floats, values, network.steps, site, run.active, len(pixels))
    return replace(run, answers=answers[None])


@torch.no_grad()
def step_by_step(network: Spiking, pixels: np.ndarray, neuron: Neuron, longest: int = 0) -> Run:
    """Every neuron in every step. pixels: uint8[batch, channels, height, width].

    longest: answers of so many steps, where they are more than T and pixels are currents: IF goes on as it began.
    """
    window, constant = coded(network, pixels, longest), network.coding == "analog"
    steps = max(longest, network.steps) if constant else network.steps
    floats, run = dtypes(network, pixels.shape[1:], steps), Run(window, {}, {})
    train = window / network.steps if constant else evenly(window, steps).flatten(0, 1)  # currents stand once

    def site(layer: Layer, currents: torch.Tensor) -> torch.Tensor:
        each = currents.reshape(-1, len(pixels), *currents.shape[1:]).expand(steps, *[-1] * currents.ndim)
        fired = spikes(each, shaped(layer.threshold, each[0]), neuron)
        run.counts[layer.name] = fired[: network.steps].sum(0)
        return fired.flatten(0, 1)

    answers = _walk(network, floats, train, 1, site, run.active, network.steps * len(pixels))
    return replace(run, answers=answers.reshape(steps, len(pixels), -1).cumsum(0))


def shaped(threshold: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Thresholds of channels, so that they broadcast over [batch, channels, ...]."""
    return threshold.reshape(-1, *[1] * (like.ndim - 2))


@lru_cache(16)  # of a network that is being simulated
def dtypes(network: Spiking, shape: tuple[int, ...], steps: int) -> dict[str, torch.dtype]:
    """Of the input and each layer, the narrowest float in which nothing it takes in, sums or compares can be inexact:
    the sizes of all weights, on the most that can come in.

    shape: of a picture. steps: for how many it is to be so. Raises InputError where not even float64 is wide enough.
    """
    top = FULL * steps if network.coding == "analog" else steps
    kept = {INPUT: torch.full((1, channels(network, shape[0]), *shape[1:]), float(top), dtype=torch.float64)}
    found = {INPUT: _narrowest(max(top, FULL * (network.levels + 1)))}  # a pixel's code is a quotient
    for layer in network.layers:
        taken = [kept[name] for name in layer.inputs]
        most = max(float(each.max()) for each in taken)
        if layer.threshold is not None:
            most = max(most, float(layer.threshold.max()))
            kept[layer.name] = torch.full_like(taken[0], steps)
        else:
            weight, bias = (None if each is None else each.double().abs() for each in (layer.weight, layer.bias))
            kept[layer.name] = replace(layer, weight=weight, bias=bias).apply(taken, steps)
            most = max(most, float(kept[layer.name].max()))
        found[layer.name] = _narrowest(most)
    return found


def _narrowest(most: float) -> torch.dtype:
    for narrow, limit in EXACT.items():
        if most < limit:
            return narrow
    raise InputError(f"sums of up to {most:.3g} are not exact in any float: fewer steps, or fewer bits of weights")


def macs(network: Spiking, shape: tuple[int, ...]) -> dict[str, int]:
    """Multiply-accumulates of each layer with weights, for one picture of that shape."""
    kept = {INPUT: torch.zeros(1, channels(network, shape[0]), *shape[1:], dtype=torch.float64)}
    found = {}
    for layer in network.layers:
        taken = [kept[name] for name in layer.inputs]
        kept[layer.name] = taken[0] if layer.threshold is not None else layer.apply(taken, 1)
        if layer.weight is not None:
            found[layer.name] = kept[layer.name].numel() * layer.weight[0].numel()
    return found


def channels(network: Spiking, colours: int) -> int:
    """Channels of what comes in: those of a picture, or of its codes side by side."""
    first = next(layer for layer in network.layers if isinstance(layer.kind, nn.Conv2d))
    return first.kind.in_channels if network.coding == "spikes" else colours
