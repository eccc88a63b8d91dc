"""A network of pictures in integers, as a `Network` that the RTL runs: same weights, same counts, same answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import torch
from torch import nn

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.graph import INPUT
from sparrow_ecg.model.methods.integers import Layer, Spiking
from sparrow_ecg.model.methods.simulate import channels, expansion
from sparrow_ecg.model.network import Convolution, Dense, Firing, Map, Network, PictureCounts, Pooling


def network_of(
    spiking: Spiking, shape: tuple[int, int, int], name: str, classes: tuple[str, ...], provenance: dict[str, Any]
) -> Network:
    """With SSF neurons. shape: colours, height and width of a picture.

    A threshold becomes a shift, so it is a power of two; with T = 1 any one will do, for ``N >= threshold`` is
    ``N - threshold + 1 >= 1``.
    Raises InputError for what the RTL does not have: pixels as currents, shortcuts, depthwise convolutions, pooling
    that does not stand behind a convolution that fires.
    """
    if spiking.coding != "spikes":
        raise InputError("pixels come in as currents: the RTL takes counts of spikes, as VR-encoding has them")
    copies = channels(spiking, shape[0]) // shape[0]
    encoding = PictureCounts(shape[1], shape[2], shape[0], expansion(spiking.levels, copies), spiking.steps)
    layers, entering, last = list[Dense](), encoding.map, INPUT
    for layer in spiking.layers:
        if layer.inputs != (last,):
            _refuse(layer, "the RTL runs layers one after the other, without shortcuts")
        last = layer.name
        before = layers[-1] if layers else None
        match layer.kind:
            case nn.Conv2d():
                layers.append(_convolution(layer, entering, spiking.steps))
                entering = layers[-1].leaving  # type: ignore[attr-defined]
            case nn.Linear():
                layers.append(_linear(layer, entering, spiking.steps))
                entering = Map(1, 1, layers[-1].outputs)
            case nn.AvgPool2d() if isinstance(before, Convolution) and before.firing and not before.pooling:
                size = int(layer.kind.kernel_size)  # type: ignore[arg-type]
                layers[-1] = replace(before, pooling=Pooling(size, None))
                entering = layers[-1].leaving  # type: ignore[attr-defined]
            case nn.Flatten():
                pass
            case _ if layer.threshold is not None and before:
                layers[-1] = _fires(before, layer, spiking.steps)
            case _:
                _refuse(layer, f"{type(layer.kind).__name__} has no place here in the RTL")
    return Network(name, encoding, tuple(layers), spiking.steps, spiking.weight_bits, classes, provenance)


def _refuse(layer: Layer, why: str) -> NoReturn:
    raise InputError(f"{layer.name}: {why}")


def _integers(values: torch.Tensor | None) -> np.ndarray:
    assert values is not None
    return values.double().numpy().astype(np.int64)


def _convolution(layer: Layer, entering: Map, steps: int) -> Convolution:
    kind = layer.kind
    assert isinstance(kind, nn.Conv2d)
    square = all(len(set(pair)) == 1 for pair in (kind.kernel_size, kind.stride, kind.padding))
    if kind.groups != 1 or set(kind.dilation) != {1} or not square:
        _refuse(layer, "the RTL has square windows that see every channel")
    weights = _integers(layer.weight).transpose(0, 2, 3, 1)
    window = kind.kernel_size[0], kind.stride[0], int(kind.padding[0])
    return Convolution(
        weights.reshape(len(weights), -1), _integers(layer.bias) * steps, None, entering, *window, pooling=None
    )


def _linear(layer: Layer, entering: Map, steps: int) -> Dense:
    weights = _integers(layer.weight)
    weights = weights.reshape(len(weights), entering.channels, entering.height, entering.width).transpose(0, 2, 3, 1)
    return Dense(weights.reshape(len(weights), -1), _integers(layer.bias) * steps, None)


def _fires(layer: Dense, site: Layer, steps: int) -> Dense:
    """The layer, firing as the site does: its neurons, or its pooling."""
    thresholds = _integers(site.threshold)
    pooled = layer if isinstance(layer, Convolution) and layer.pooling else None
    if steps == 1 and not pooled:
        return replace(layer, biases=layer.biases - thresholds + 1, firing=Firing(0, 1))
    threshold = int(thresholds[0])
    if threshold & (threshold - 1) or (thresholds != threshold).any():
        _refuse(site, f"fires at {threshold}: the RTL fires at powers of two, the same for all channels")
    firing = Firing(threshold.bit_length() - 1, steps)
    if pooled and pooled.pooling:
        return replace(pooled, pooling=replace(pooled.pooling, firing=firing))
    return replace(layer, firing=firing)
