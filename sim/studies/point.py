"""A point of the design space: a core, how it is measured, and what makes two points the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.gates.netlist.synthesis import Flow, Mapping

GATED = Flow().clock_gates


@dataclass(frozen=True)
class Measurement:
    """How every point is measured.

    corner:    of the library; None is its typical one.
    beats:     test beats of ``split`` at gate level, drawn by ``seed``. Accuracy is of all of them.
    clock_mhz: for leakage.
    """

    pdk: str = "sky130"
    corner: str | None = None
    split: str = "intra"
    beats: int = 64
    seed: int = 0
    clock_mhz: float = 4.0


@dataclass(frozen=True, eq=False)
class Point:
    """A network on a core, and how it is measured: all that a worker needs but the package and the data."""

    network: Network
    config: CoreConfig
    clock_gates: int = GATED
    measurement: Measurement = Measurement()
    flat: bool = True
    mapping: Mapping = "energy"

    @property
    def flow(self) -> Flow:
        return replace(Flow(), clock_gates=self.clock_gates, flat=self.flat, mapping=self.mapping)

    @cached_property
    def build(self) -> Build:
        return Build(self.network, self.config)

    @cached_property
    def key(self) -> str:
        """Of everything that decides the result but the code: one network under two names is one point."""
        provenance = self.network.provenance
        content = {
            "network": self.network.digest,
            "test": [provenance.get("split"), provenance.get("seed")],  # decide which beats it is tested on
            "config": self.config.as_dict(),
            "flow": asdict(self.flow),
            "measurement": asdict(self.measurement),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]

    def describe(self) -> dict[str, Any]:
        """JSON-ready."""
        network = self.network
        return {
            "network": self.name,
            "core": self.core,
            "digest": network.digest,
            "shape": list(network.shape),
            "synapses": network.synapses,
            "nonzero_synapses": network.nonzero_synapses,
            "steps": network.steps,
            "weight_bits": network.weight_bits,
            "input_bits": network.input_bits,
            "config": self.config.as_dict(),
            "clock_gates": self.clock_gates,
            "mapping": self.mapping,
        }

    @property
    def core(self) -> str:
        """The core in words."""
        words = [self.config.words, *["no gates"] * (not self.clock_gates), *["blocks apart"] * (not self.flat)]
        return ", ".join([*words, *["least leakage"] * (self.mapping == "leakage")])

    @property
    def name(self) -> str:
        """Of the network; seeds other than 0 share their recipe's name."""
        seed = self.network.provenance.get("seed", 0)
        return f"{self.network.name} seed {seed}" if seed else self.network.name

    @property
    def label(self) -> str:
        return f"{self.name}, {self.core}"

    @property
    def cost(self) -> float:
        """How long it takes, about, in an unit of its own: longest first keeps all workers busy to the end."""
        size = self.network.nonzero_synapses * (3 if self.config.loadable else 1)
        return 200 + size + (size / self.config.lanes if isinstance(self.config, Serial) else 0)
