"""What is explored: points, products of choices, and what makes two points the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.config import CoreConfig, option_names
from sparrow_ecg.hw.core.catalog import DATAPATHS, choose
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.sim.gates.netlist.synthesis import Flow

GATED = Flow().clock_gates
SOURCES = ("hw", "model", "sim/gates")  # what decides a result beside the point itself,
VERBS = ("cli", "verbs", "__main__")  # but for files that end so
FEW_SYNAPSES = 1000  # of those that are not zero: up to here a network is explored in full,
MANY_SYNAPSES = 5000  # from here on without a tree, which grows with each of them


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

    @property
    def flow(self) -> Flow:
        return replace(Flow(), clock_gates=self.clock_gates, flat=self.flat)

    @cached_property
    def build(self) -> Build:
        return Build(self.network, self.config)

    @cached_property
    def key(self) -> str:
        """Of everything that decides the result: one network under two names is one point."""
        provenance = self.network.provenance
        content = {
            "network": self.network.digest,
            "test": [provenance.get("split"), provenance.get("seed")],  # decide which beats it is tested on
            "config": self.config.as_dict(),
            "flow": asdict(self.flow),
            "measurement": asdict(self.measurement),
            "sources": sources(),
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
        }

    @property
    def core(self) -> str:
        """The core in words."""
        return ", ".join(
            [self.config.words, *["no gates"] * (not self.clock_gates), *["blocks apart"] * (not self.flat)]
        )

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


@dataclass(frozen=True)
class Space:
    """Every core that these choices give, for each network. lanes: None is the usual number."""

    datapaths: Sequence[str] = (Serial.datapath,)
    lanes: Sequence[int | None] = (None,)
    weights: Sequence[Weights] = ("rom",)
    neurons: Sequence[Neuron] = ("ssf",)
    zero_skips: Sequence[bool] = (True,)
    clock_gates: Sequence[int] = (GATED,)

    def points(self, networks: Iterable[Network], measurement: Measurement) -> Iterator[Point]:
        """Choices that no core has (a tree with RAM, more lanes than neurons) are left out; of those that a datapath
        does not know, such as the lanes of a tree, it is built once.
        """
        for network in networks:
            for datapath, lanes, weights, neuron, skip, gates in product(
                self.datapaths, self.lanes, self.weights, self.neurons, self.zero_skips, self.clock_gates
            ):
                given = {"lanes": lanes, "weights": weights, "neuron": neuron, "zero_skip": skip}
                kind = DATAPATHS[datapath]
                known = {n: v for n, v in given.items() if n in option_names(kind) or hasattr(kind, n)}
                try:
                    config = choose(network, datapath, **known)
                except InputError:
                    continue
                yield Point(network, config, gates, measurement)


SMALL = (Space(datapaths=(Serial.datapath, Tree.datapath), lanes=(None, 2)),)
FULL = (  # of a small network
    Space(datapaths=(Tree.datapath,), clock_gates=(GATED, 0)),
    Space(lanes=(1, 2, 5, None), zero_skips=(True, False), clock_gates=(GATED, 0)),
    Space(lanes=(2, None), weights=("ram",), clock_gates=(GATED, 0)),
    Space(lanes=(2, None), neurons=("if",), zero_skips=(True, False)),
)
BRIEF = (
    Space(datapaths=(Serial.datapath, Tree.datapath)),
)  # of another seed or variant of it, and of a larger network
LARGE = (Space(),)


def default(
    shipped: Sequence[Network], others: Sequence[Network], measurement: Measurement = Measurement()
) -> list[Point]:
    """Small networks that are shipped by name in full, larger ones on one or two cores, other seeds and variants of
    small ones on two.
    """
    points: list[Point] = []
    for network in shipped:
        size = network.nonzero_synapses
        for space in FULL if size <= FEW_SYNAPSES else BRIEF if size < MANY_SYNAPSES else LARGE:
            points += space.points([network], measurement)
    for space in BRIEF:
        points += space.points([network for network in others if network.nonzero_synapses <= FEW_SYNAPSES], measurement)
    return unique(points)


def unique(points: Iterable[Point]) -> list[Point]:
    """Of points that are the same, the first."""
    found: dict[str, Point] = {}
    for point in points:
        found.setdefault(point.key, point)
    return list(found.values())


@cache
def sources() -> str:
    """A digest of the code that results depend on, so that none outlives a change of it."""
    root = Path(__file__).parents[2]
    files = [p for folder in SOURCES for p in (root / folder).rglob("*") if p.suffix in (".py", ".cpp")]
    files = [p for p in files if not p.stem.endswith(VERBS)]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
