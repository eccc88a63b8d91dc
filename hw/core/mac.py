"""The datapath of least leakage: one multiplier and one sum, which walk through the weights, one a cycle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.mac_core import MacCore, steps
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace

WIDEST_SKIP = 4
STEP = 25  # of the walk: takes about as much power as so many bits of the table leak, on sky130


@dataclass(frozen=True)
class Mac(CoreConfig):
    """One weight a cycle, through one multiplier: built in, and SSF alone.

    skip_bits: of each word of the table of weights, to pass over zeros that come after its weight; 0 passes over none.
    """

    skip_bits: int

    datapath: ClassVar[str] = "mac"
    weights: ClassVar[Weights] = "rom"  # type: ignore[misc]
    neuron: ClassVar[Neuron] = "ssf"  # type: ignore[misc]

    def __post_init__(self) -> None:
        if not 0 <= self.skip_bits <= WIDEST_SKIP:
            raise InputError(f"skip_bits = {self.skip_bits}: give 0 to {WIDEST_SKIP}")

    @classmethod
    def usual(cls, network: Network) -> dict[str, Any]:
        """Those that should take least power, as far as the length of the walk and the size of the table tell."""

        def cost(bits: int) -> int:
            return cls(bits).length(network) * (STEP + network.weight_bits + bits)

        return {"skip_bits": min(range(WIDEST_SKIP + 1), key=cost)}

    @classmethod
    def samples(cls, network: Network, few: int) -> Iterator[Mac]:
        """Past no zeros, past one at a time, past several."""
        yield from map(cls, (0, 1, 2))

    def check(self, network: Network) -> None:
        """Any network will do."""

    def length(self, network: Network) -> int:
        """Steps of the walk, each with a word of the table of weights."""
        return sum(1 for layer in network.layers for _ in steps(layer, self.skip_bits))

    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        """The same for every beat: a cycle for each input, each step of the walk, and the result."""
        return np.full(len(trace.classes), network.inputs + self.length(network) + 1, dtype=np.int64)

    def weight_reads(self, network: Network, trace: Trace) -> np.ndarray:
        return np.full(len(trace.classes), self.length(network), dtype=np.int64)

    def core(self, network: Network, hosted: bool = False) -> MacCore:
        return MacCore(network, self.geometry(network), self.skip_bits, hosted)

    @property
    def built(self) -> dict[str, int]:
        return {"lanes": 1}

    @property
    def words(self) -> str:
        return f"{self.datapath}, {self.skip_bits} skip bit{'s' * (self.skip_bits != 1)}"
