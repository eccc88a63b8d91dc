"""Any datapath with built-in weights, switched off between beats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.power import REST_CYCLES, WAKE_CYCLES, PowerGated
from sparrow_ecg.hw.geometry import Geometry, Weights
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace


@dataclass(frozen=True)
class Gated(CoreConfig):
    """The core of another config behind a power switch, see `PowerGated`; all else is as that config has it.

    Raises InputError for weights that come in at run time: each sleep would lose them.
    """

    of: CoreConfig

    rest: ClassVar[int] = REST_CYCLES
    power_gated: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.of.loadable:
            raise InputError(f"power gated, with weights = {self.of.weights}: each sleep would lose them, give rom")

    @property
    def datapath(self) -> str:  # type: ignore[override]
        return self.of.datapath

    @property
    def weights(self) -> Weights:  # type: ignore[override]
        return self.of.weights

    @property
    def neuron(self) -> Neuron:  # type: ignore[override]
        return self.of.neuron

    @classmethod
    def usual(cls, network: Network) -> dict[str, Any]:
        """It has no options of its own."""
        return {}

    @classmethod
    def samples(cls, network: Network, few: int) -> Iterator[Gated]:
        """None of its own: whoever wants gated cores puts those of a datapath with rom behind the switch."""
        return iter(())

    def check(self, network: Network) -> None:
        self.of.check(network)

    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        """From the cycle in which the first count is offered to a core that sleeps."""
        return self.of.cycles(network, trace) + WAKE_CYCLES

    def weight_reads(self, network: Network, trace: Trace) -> np.ndarray:
        return self.of.weight_reads(network, trace)

    def core(self, network: Network, hosted: bool = False) -> PowerGated:  # type: ignore[override]
        return PowerGated(self.of.core(network, hosted))

    def tables(self, geometry: Geometry) -> dict[str, tuple[int, int]]:
        return self.of.tables(geometry)

    @property
    def built(self) -> dict[str, int]:
        return self.of.built

    @property
    def words(self) -> str:
        return f"{self.of.words}, power gated"

    def as_dict(self) -> dict[str, Any]:
        return self.of.as_dict() | {"power_gated": True}

    def options(self) -> str:
        return f"{self.of.options()} --power-gated"

    def slug(self, network: Network) -> str:
        return f"{self.of.slug(network)}-power_gated"
