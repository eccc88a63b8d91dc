"""How a core is built for a network: `CoreConfig`, and what the silicon then fixes: `Geometry`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from sparrow_ecg.model.console import InputError
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.model.network.network import Firing, Network, signed_bits

Weights = Literal["rom", "ram"]
Neuron = Literal["ssf", "if"]
Datapath = Literal["serial", "tree"]


@dataclass(frozen=True)
class CoreConfig:
    """How a core is built.

    lanes:     output neurons computed in parallel.
    weights:   ``rom`` (constants in logic) or ``ram`` (loaded at run time, another patient's network fits).
    neuron:    ``ssf``, or ``if``, the baseline that reads each weight T times.
    zero_skip: an input whose count is zero is never stored, so it costs neither a cycle nor a weight read.
    datapath:  ``serial``, one input a cycle into the lanes; or ``tree``, one layer a cycle through adders whose
               weights are wiring: for ``rom`` and ``ssf``, without lanes or zero skip.
    """

    lanes: int = 8
    weights: Weights = "rom"
    neuron: Neuron = "ssf"
    zero_skip: bool = True
    datapath: Datapath = "serial"

    def __post_init__(self) -> None:
        if self.lanes < 1:
            raise InputError(f"lanes = {self.lanes}: give at least 1")
        for name, value, choices in (
            ("weights", self.weights, get_args(Weights)),
            ("neuron", self.neuron, get_args(Neuron)),
            ("datapath", self.datapath, get_args(Datapath)),
        ):
            if value not in choices:
                raise InputError(f"{name} = {value!r}: give one of {', '.join(choices)}")

        if self.datapath == "tree" and (self.weights, self.neuron) != ("rom", "ssf"):
            raise InputError("datapath = 'tree' has its weights in its wiring: give weights = rom and neuron = ssf")

    def check(self, network: Network) -> None:
        """Raise InputError when the network has no layer as wide as the lanes."""
        widest = max(network.shape[1:])
        if self.lanes > widest:
            raise InputError(f"lanes = {self.lanes}, but the widest layer of '{network.name}' has {widest} neurons")

    def groups(self, outputs: int) -> list[int]:
        """Neurons in each group of a layer: ``lanes`` of them, and the rest in the last."""
        return [min(self.lanes, outputs - first) for first in range(0, outputs, self.lanes)]

    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        """Clock cycles of each beat, int64[beats], from its first count to its result, without stalls.

        ``trace`` is the golden model's, of this config's kind of neuron: with zero_skip the cycles of a
        layer depend on how many of its inputs are not zero. The sequencer's schedule is written here.
        """
        total = np.full(len(trace.classes), network.inputs + 1, dtype=np.int64)  # load, result
        if self.datapath == "tree":
            return total + len(network.layers)
        for k, layer in enumerate(network.layers):
            counts = trace.counts[k]
            events = (counts != 0).sum(axis=1) if self.zero_skip else layer.inputs
            passes, fire = 1, 0
            if self.neuron == "if":
                passes = 1 if k == 0 else network.steps
                fire = network.steps if k == 0 and layer.firing else int(k > 0)
            for neurons in self.groups(layer.outputs):
                total += 1 + passes * (events + 2) + (fire if k == 0 else passes * fire) + neurons
        return total


@dataclass(frozen=True)
class Geometry:
    """What a chip of this network and config fixes: every width and size that the RTL needs.

    A ``rom`` chip fits one network exactly. A ``ram`` chip takes any network of the same shape, T and
    widths, so its accumulators hold the extremes that such weights can reach.
    """

    shape: tuple[int, ...]
    steps: int
    input_bits: int
    weight_bits: int
    bias_bits: int
    potential_bits: int
    thresholds: tuple[int, ...]

    @staticmethod
    def of(network: Network, config: CoreConfig) -> Geometry:
        config.check(network)
        layers = network.layers
        biases = np.concatenate([layer.biases for layer in layers])
        low, high = int(biases.min()), int(biases.max())
        if config.weights == "rom":
            bounds = [layer.bounds(network.count_max(k)) for k, layer in enumerate(layers)]
            if config.neuron == "if":  # firing takes thresholds away: weights then pull down from 0, not from the bias
                spent = [replace(layer, biases=np.minimum(layer.biases, 0)) for layer in layers[1:]]
                bounds += [layer.bounds(network.steps) for layer in spent]
            potential_bits = max(signed_bits(*bound) for bound in bounds)
            thresholds = tuple(sorted({layer.firing.threshold_log2 for layer in layers if layer.firing})) or (0,)
        else:
            reach = max(
                layer.inputs * network.count_max(k) << (network.weight_bits - 1) for k, layer in enumerate(layers)
            )
            low, high = min(low, -reach), max(high, reach)
            potential_bits = signed_bits(low - reach, high + reach)
            thresholds = tuple(range(potential_bits))
        bias_bits = signed_bits(low, high)
        return Geometry(
            network.shape,
            network.steps,
            network.input_bits,
            network.weight_bits,
            bias_bits,
            potential_bits,
            thresholds,
        )

    @property
    def layers(self) -> int:
        return len(self.shape) - 1

    @property
    def count_bits(self) -> int:
        """Width of a count anywhere in the core."""
        return max(self.input_bits, self.steps.bit_length() if self.layers > 1 else 1)

    def firings(self) -> tuple[Firing, ...]:
        """Every way of firing that the core must know."""
        return tuple(Firing(threshold, self.steps) for threshold in self.thresholds)
