"""The serial datapath: one input a cycle, into as many lanes as neurons are computed in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, get_args

import numpy as np

from sparrow_ecg.hw.config import CoreConfig, choices
from sparrow_ecg.hw.core import schedule
from sparrow_ecg.hw.core.serial_core import SerialCore
from sparrow_ecg.hw.core.tables import CoreImage
from sparrow_ecg.hw.geometry import Geometry, Weights
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace

USUAL_LANES = 16


@dataclass(frozen=True)
class Serial(CoreConfig):
    """One input a cycle into ``lanes`` accumulators.

    lanes:     output neurons computed in parallel.
    zero_skip: an input whose count is zero is never stored, so it costs neither a cycle nor a weight read.
    """

    lanes: int
    weights: Weights = "rom"
    neuron: Neuron = "ssf"
    zero_skip: bool = True

    datapath: ClassVar[str] = "serial"

    def __post_init__(self) -> None:
        if self.lanes < 1:
            raise InputError(f"lanes = {self.lanes}: give at least 1")
        choices(self)

    @classmethod
    def usual(cls, network: Network) -> dict[str, Any]:
        """As many lanes as the widest layer has neurons, at most `USUAL_LANES`."""
        lanes = min(USUAL_LANES, max(network.shape[1:]))
        return {"lanes": lanes, "weights": "rom", "neuron": "ssf", "zero_skip": True}

    @classmethod
    def samples(cls, network: Network, few: int) -> Iterator[Serial]:
        """One lane, a few, as many as neurons; rom, ram; SSF, IF; with and without skip."""
        widest = max(network.shape[1:])
        lanes = sorted({1, min(few, widest), widest})
        for options in product(lanes, get_args(Weights), get_args(Neuron), (True, False)):
            yield cls(*options)

    def check(self, network: Network) -> None:
        widest = max(network.shape[1:])
        if self.lanes > widest:
            raise InputError(f"lanes = {self.lanes}, but the widest layer of '{network.name}' has {widest} neurons")

    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        """With zero_skip the cycles of a layer depend on how many of its inputs are not zero."""
        options = self.lanes, self.neuron, self.zero_skip
        layers = [schedule.layer_cycles(network, trace, k, *options) for k in range(len(network.layers))]
        return network.inputs + 1 + np.sum(layers, axis=0)  # load, result

    def weight_reads(self, network: Network, trace: Trace) -> np.ndarray:
        reads = np.zeros(len(trace.classes), dtype=np.int64)
        for k, layer in enumerate(network.layers):
            words = schedule.word_reads(network, trace, k, self.neuron, self.zero_skip)
            reads += words.sum(axis=1) * layer.outputs
        return reads

    def core(self, network: Network, hosted: bool = False) -> SerialCore:
        return SerialCore(
            network,
            self.geometry(network),
            lanes=self.lanes,
            neuron=self.neuron,
            zero_skip=self.zero_skip,
            loadable=self.loadable,
            hosted=hosted,
        )

    def image(self, geometry: Geometry) -> CoreImage:
        """How the words of its tables lie, whether they are loaded or built in."""
        return CoreImage(geometry, self.lanes)

    def tables(self, geometry: Geometry) -> dict[str, tuple[int, int]]:
        return self.image(geometry).sections._asdict()

    @property
    def built(self) -> dict[str, int]:
        return {
            "lanes": self.lanes,
            "ram": int(self.loadable),
            "integrate": int(self.neuron == "if"),
            "zero_skip": int(self.zero_skip),
        }

    @property
    def words(self) -> str:
        words = [self.datapath, f"{self.lanes} lane{'s' * (self.lanes > 1)}", self.weights]
        words += ["if"] * (self.neuron == "if") + ["no skip"] * (not self.zero_skip)
        return ", ".join(words)
