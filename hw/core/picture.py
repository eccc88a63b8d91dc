"""The datapath for pictures: windows of counts, an event a cycle, into as many lanes as there are channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.passes import cycles, events, passes
from sparrow_ecg.hw.core.picture_core import PictureCore
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace

USUAL_LANES = 32


@dataclass(frozen=True)
class Picture(CoreConfig):
    """A count that is not zero a cycle, into ``lanes`` channels at once; weights built in, and SSF alone.

    Layers without convolutions are windows of one place.
    """

    lanes: int

    datapath: ClassVar[str] = "picture"
    convolves: ClassVar[bool] = True
    weights: ClassVar[Weights] = "rom"  # type: ignore[misc]
    neuron: ClassVar[Neuron] = "ssf"  # type: ignore[misc]

    def __post_init__(self) -> None:
        if self.lanes < 1:
            raise InputError(f"lanes = {self.lanes}: give at least 1")

    @classmethod
    def usual(cls, network: Network) -> dict[str, Any]:
        """As many lanes as the most channels of a layer, at most `USUAL_LANES`."""
        return {"lanes": min(USUAL_LANES, _widest(network))}

    @classmethod
    def samples(cls, network: Network, few: int) -> Iterator[Picture]:
        """One lane, a few, as many as channels."""
        yield from map(cls, sorted({1, min(few, _widest(network)), _widest(network)}))

    def check(self, network: Network) -> None:
        if self.lanes > _widest(network):
            raise InputError(
                f"lanes = {self.lanes}, but the widest layer of '{network.name}' has {_widest(network)} channels"
            )

    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        return cycles(network, trace, self.lanes)

    def weight_reads(self, network: Network, trace: Trace) -> np.ndarray:
        """One for each event and channel."""
        each = enumerate(passes(network))
        return np.sum([events(walk, trace.counts[k])[0] * walk.leaving.channels for k, walk in each], axis=0)

    def core(self, network: Network, hosted: bool = False) -> PictureCore:
        return PictureCore(network, self.geometry(network), self.lanes, hosted)

    @property
    def built(self) -> dict[str, int]:
        return {"lanes": self.lanes}

    @property
    def words(self) -> str:
        return f"{self.datapath}, {self.lanes} lane{'s' * (self.lanes > 1)}"


def _widest(network: Network) -> int:
    return max(walk.leaving.channels for walk in passes(network))
