"""The core with a tree of adders for each layer: a layer a cycle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from amaranth.hdl import Cat, Const, Fragment, Module, Mux, ResetInserter, Signal, Value
from amaranth.lib import data

from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.hw.core.firing import FiringUnit
from sparrow_ecg.hw.core.tree_layer import TreeLayer
from sparrow_ecg.hw.geometry import Geometry, Weights
from sparrow_ecg.hw.ports import Block, Core
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace


@dataclass(frozen=True)
class Tree(CoreConfig):
    """A layer a cycle, through adders whose weights are wiring: built in, and SSF alone. It has no options."""

    datapath: ClassVar[str] = "tree"
    weights: ClassVar[Weights] = "rom"  # type: ignore[misc]
    neuron: ClassVar[Neuron] = "ssf"  # type: ignore[misc]

    @classmethod
    def usual(cls, network: Network) -> dict[str, Any]:
        return {}

    @classmethod
    def samples(cls, network: Network, few: int) -> Iterator[Tree]:
        yield cls()

    def check(self, network: Network) -> None:
        """Any network will do, though a large one takes long to build."""

    def cycles(self, network: Network, trace: Trace) -> np.ndarray:
        return np.full(len(trace.classes), network.inputs + len(network.layers) + 1, dtype=np.int64)

    def weight_reads(self, network: Network, trace: Trace) -> np.ndarray:
        return np.zeros(len(trace.classes), dtype=np.int64)

    def core(self, network: Network, hosted: bool = False) -> TreeCore:
        return TreeCore(network, self.geometry(network), hosted)

    @property
    def built(self) -> dict[str, int]:
        return {"tree": 1}

    @property
    def words(self) -> str:
        return self.datapath


class TreeCore(Core):
    """Registers are written once a beat each: a count when it comes, all counts together into the first tree (so that
    a tree sees one change a beat, not one an input), and what each hidden layer fires.
    """

    def __init__(self, network: Network, geometry: Geometry, hosted: bool = False):
        super().__init__(network, geometry, loadable=False, hosted=hosted)
        self.input_store = self.probe("input_store")
        self.evaluate = self.probe("evaluate")  # the registers before a layer take what they feed to it
        for k, layer in enumerate(network.layers):
            self.blocks[f"layer_{k}"] = Block.LANES
            if layer.firing:
                self.blocks |= {f"firing_{k}_{i}": Block.FIRING for i in range(layer.outputs)}

    def elaborate(self, platform) -> Module | Fragment:
        m = Module()
        g = self.geometry
        inputs = g.shape[0]

        # One register for what the core is at: taking counts, then each layer, then the result.
        phase = Signal(range(g.layers + 2))
        loading, finished, last = phase == 0, phase == g.layers + 1, Signal()
        position = Signal(range(max(inputs, 2)))
        m.d.comb += [
            self.counts.ready.eq(loading),
            self.input_store.eq(loading & self.counts.valid),
            last.eq(position == inputs - 1),
            self.evaluate.eq(~loading & ~finished),
            self.layer.eq(Mux(self.evaluate, phase - 1, 0)),
            self.result.valid.eq(finished),
        ]
        with m.If(self.input_store):
            m.d.sync += position.eq(Mux(last, 0, position + 1))
        with m.If(self.evaluate | (self.input_store & last)):
            m.d.sync += phase.eq(phase + 1)
        with m.If(finished & self.result.ready):
            m.d.sync += phase.eq(0)

        # What a beat always writes before it is read needs no reset.
        taken = Signal(data.ArrayLayout(g.input_bits, inputs), reset_less=True)
        with m.If(self.input_store):
            m.d.sync += taken[position].eq(self.counts.payload)

        entering: list[Value] = [taken[j] for j in range(inputs)]
        for k, layer in enumerate(self.network.layers):
            m.submodules[f"layer_{k}"] = tree = TreeLayer(layer, self.network.count_max(k))
            held = Signal.like(tree.counts, name=f"counts_{k}", reset_less=True)
            with m.If(self.evaluate & (self.layer == k)):
                m.d.sync += held.eq(Cat(entering))
            m.d.comb += tree.counts.eq(held)
            potentials = [getattr(tree, f"potential_{i}") for i in range(layer.outputs)]
            entering = []
            for i, potential in enumerate(potentials):
                if layer.firing:
                    m.submodules[f"firing_{k}_{i}"] = firing = FiringUnit([layer.firing], len(potential))
                    m.d.comb += firing.potential.eq(potential)
                    entering.append(firing.count)

        m.d.comb += [
            self.result.payload.klass.eq(_argmax(potentials)),
            *(self.result.payload.potentials[i].eq(potential) for i, potential in enumerate(potentials)),
        ]
        return ResetInserter(self.restart)(m) if self.hosted else m


def _argmax(potentials: list[Value]) -> Value:
    """The index of the highest potential, the lowest on a tie: a knock-out tournament."""
    entrants = [(potential, Const(i)) for i, potential in enumerate(potentials)]
    while len(entrants) > 1:
        winners = []
        for low, high in zip(entrants[::2], entrants[1::2], strict=False):
            wins = high[0] > low[0]
            winners.append(tuple(Mux(wins, second, first) for first, second in zip(low, high, strict=True)))
        entrants = winners + entrants[len(winners) * 2 :]
    return entrants[0][1]
