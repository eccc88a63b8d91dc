"""What is explored: products of choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sparrow_ecg.hw.config import option_names
from sparrow_ecg.hw.core.catalog import DATAPATHS, choose
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.sim.gates.netlist.synthesis import Mapping
from sparrow_ecg.sim.studies.point import GATED, Measurement, Point

FEW_SYNAPSES = 1000  # of those that are not zero: up to here a network is explored in full,
MANY_SYNAPSES = 5000  # from here on without a tree, which grows with each of them


@dataclass(frozen=True)
class Space:
    """Every core that these choices give, for each network. lanes: None is the usual number."""

    datapaths: Sequence[str] = (Serial.datapath,)
    lanes: Sequence[int | None] = (None,)
    weights: Sequence[Weights] = ("rom",)
    neurons: Sequence[Neuron] = ("ssf",)
    zero_skips: Sequence[bool] = (True,)
    clock_gates: Sequence[int] = (GATED,)
    mappings: Sequence[Mapping] = ("energy",)

    def points(self, networks: Iterable[Network], measurement: Measurement) -> Iterator[Point]:
        """Choices that no core has (a tree with RAM, more lanes than neurons) are left out; of those that a datapath
        does not know, such as the lanes of a tree, it is built once.
        """
        for network in networks:
            for datapath, lanes, weights, neuron, skip, gates, mapping in product(
                *(self.datapaths, self.lanes, self.weights, self.neurons, self.zero_skips, self.clock_gates),
                self.mappings,
            ):
                given = {"lanes": lanes, "weights": weights, "neuron": neuron, "zero_skip": skip}
                kind = DATAPATHS[datapath]
                known: dict[str, Any] = {n: v for n, v in given.items() if n in option_names(kind) or hasattr(kind, n)}
                try:
                    config = choose(network, datapath, **known)
                except InputError:
                    continue
                yield Point(network, config, gates, measurement, mapping=mapping)


SMALL = (Space(datapaths=(Serial.datapath, Tree.datapath), lanes=(None, 2)),)
LEAST = Space(datapaths=(Mac.datapath,), mappings=("energy", "leakage"))
FULL = (  # of a small network
    LEAST,
    Space(datapaths=(Tree.datapath,), mappings=("leakage",)),
    Space(datapaths=(Tree.datapath,), clock_gates=(GATED, 0)),
    Space(lanes=(1, 2, 5, None), zero_skips=(True, False), clock_gates=(GATED, 0)),
    Space(lanes=(2, None), weights=("ram",), clock_gates=(GATED, 0)),
    Space(lanes=(2, None), neurons=("if",), zero_skips=(True, False)),
)
BRIEF = (
    Space(datapaths=(Serial.datapath, Tree.datapath)),
    LEAST,
)  # of another seed or variant of it, and of a larger network
LARGE = (Space(), LEAST)


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
