"""A trained graph as integers: weights of n bits, biases and thresholds in their units.

A value of the float network is its integer times a `unit`. Of a window of T steps the sums are ``N = W n + T b``, with
``n`` the counts of spikes that come in and b the bias of a step; a site whose T spikes stand for the value ``ceiling``
fires ``clamp(floor(N / threshold), 0, T)`` times, ``threshold`` being ``ceiling / T`` in N's unit. So

    plain:  ceiling is the highest activation seen (nearly), of each site: Diehl et al., IJCNN 2015
    CQ:     ceiling 1, T levels: Yan, Zhou and Wong, AAAI 2021; its scheme of n-bit weights: f = max(|W|, |b|) of a
            layer, W in steps of f 2^(1-n)
    VR:     ceiling T/r with r levels in 0..1: arXiv 2211.08410

Sums of two layers of different units are brought to a common one by integer factors (`Weighed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor, log2
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.graph import INPUT, Add, Concat, Fires, Graph

Coding = Literal["analog", "spikes"]
FULL = 255  # of a pixel
ALIGNING = 4  # bits by which factors that bring values to a common unit are finer than 1


@dataclass(frozen=True, eq=False)
class Layer:
    """A node in integers.

    weight, bias: of Conv2d and Linear. threshold: of a site, [channels] or [1].
    factors: of Add, by which each input is multiplied.
    """

    name: str
    kind: nn.Module
    inputs: tuple[str, ...]
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None
    threshold: torch.Tensor | None = None
    factors: tuple[int, ...] = ()

    def apply(self, taken: list[torch.Tensor], times: int) -> torch.Tensor:
        """Sums of ``times`` steps whose inputs, [batch, ...], are summed already. Not of a site."""
        match self.kind:
            case nn.Conv2d():
                kind, bias = self.kind, self._bias(times)
                return functional.conv2d(taken[0], self.weight, bias, kind.stride, kind.padding, groups=kind.groups)
            case nn.Linear():
                return functional.linear(taken[0], self.weight, self._bias(times))
            case nn.AvgPool2d():
                return functional.avg_pool2d(taken[0], self.kind.kernel_size, divisor_override=1)
            case nn.Flatten():
                return taken[0].flatten(1)
            case Add():
                return sum(factor * value for factor, value in zip(self.factors, taken, strict=True))
            case Concat():
                return torch.cat(taken, 1)
        raise TypeError(f"{type(self.kind).__name__} is no layer of a network in integers")

    def _bias(self, times: int) -> torch.Tensor:
        assert self.bias is not None
        return self.bias * times


@dataclass(frozen=True, eq=False)
class Spiking:
    """A network in integers, for a window of ``steps``.

    levels: r, of a pixel that is coded as spikes: ``clamp(floor(r p), 0, T)`` of them.
    coding: analog, a pixel's own byte is the current of its neurons in every step; or spikes.
    """

    layers: tuple[Layer, ...]
    steps: int
    levels: int
    coding: Coding
    weight_bits: int

    @property
    def sites(self) -> list[str]:
        return [layer.name for layer in self.layers if layer.threshold is not None]

    def threshold(self, site: str) -> torch.Tensor:
        """Of a site, [channels] or [1]."""
        return next(each.threshold for each in self.layers if each.name == site and each.threshold is not None)

    def with_thresholds(self, thresholds: Mapping[str, torch.Tensor]) -> Spiking:
        """The same, but for the thresholds of some sites."""
        layers = (replace(each, threshold=thresholds.get(each.name, each.threshold)) for each in self.layers)
        return replace(self, layers=tuple(layers))

    def to(self, floats: Mapping[str, torch.dtype]) -> Spiking:
        """The same, with each layer in the float of its name; `convert` gives float64."""

        def cast(layer: Layer) -> Layer:
            parts = {"weight": layer.weight, "bias": layer.bias, "threshold": layer.threshold}
            held = {name: part.to(floats[layer.name]) for name, part in parts.items() if part is not None}
            return replace(layer, **held)

        return replace(self, layers=tuple(map(cast, self.layers)))


def convert(
    graph: Graph,
    steps: int,
    levels: int,
    coding: Coding,
    weight_bits: int,
    ceilings: Mapping[str, float] | None = None,
    shifts: bool = False,
) -> Spiking:
    """A graph that was trained and `folded`, in integers.

    ceilings: of each site, the value that T spikes stand for; else ``steps / levels``.
    shifts: weights are up to twice as coarse, so that thresholds are powers of two, as hardware has them; with no
            ceilings.
    Raises InputError for a window below 1, and for weights that are no numbers.
    """
    if steps < 1 or levels < 1 or weight_bits < 2:
        raise InputError(f"{steps} steps, {levels} levels, {weight_bits} bits: at least 1, 1 and 2")
    units = {INPUT: 1 / (FULL * steps) if coding == "analog" else 1 / levels}
    layers = []
    for node in graph.nodes:
        name, kind, inputs = node.name, node.layer, node.inputs
        unit = units[inputs[0]]
        layer = Layer(name, kind, inputs)
        match kind:
            case nn.Conv2d() | nn.Linear():
                weight, bias = kind.weight.detach().double(), kind.bias.detach().double()  # type: ignore[union-attr]
                if not (weight.isfinite().all() and bias.isfinite().all()):
                    raise InputError(f"{name}: a weight is no number: training went wrong, or the file is damaged")
                step = float(max(weight.abs().max(), bias.abs().max(), 1e-12)) * 2.0 ** (1 - weight_bits)
                if shifts:
                    step = 2.0 ** -max(floor(-log2(levels * unit * step)), 0) / (levels * unit)
                units[name] = unit * step
                top = 2 ** (weight_bits - 1)
                rounded = (weight / step).round().clamp(-top, top - 1)
                layer = replace(layer, weight=rounded, bias=(bias / (steps * units[name])).round())
            case Fires():
                ceiling = (ceilings or {}).get(name, steps / levels)
                threshold = max(round(ceiling / (steps * unit)), 1)
                layer = replace(layer, threshold=torch.tensor([float(threshold)], dtype=torch.float64))
                units[name] = ceiling / steps
            case nn.AvgPool2d():
                units[name] = unit / int(kind.kernel_size) ** 2  # type: ignore[arg-type]
            case Add():
                units[name] = min(units[each] for each in inputs) / 2**ALIGNING
                layer = replace(layer, factors=tuple(round(units[each] / units[name]) for each in inputs))
            case _:
                if len({units[each] for each in inputs}) > 1:
                    raise InputError(f"{name}: what is laid side by side has not one unit: let it fire first")
                units[name] = unit
        layers.append(layer)
    return Spiking(tuple(layers), steps, levels, coding, weight_bits)
