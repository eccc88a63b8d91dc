"""The core with one multiplier in RTL: counts, a walk through the weights, and a sum."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from amaranth.hdl import Array, Fragment, Module, Mux, ResetInserter, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.argmax import Argmax
from sparrow_ecg.hw.core.firing import FiringUnit
from sparrow_ecg.hw.core.shifted import Shifted, pick
from sparrow_ecg.hw.core.tables import look_up
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.hw.ports import Block, Core
from sparrow_ecg.model.network import Dense, Network, signed_bits


class Step(NamedTuple):
    """A weight, and how many inputs of the same neuron are passed over after it."""

    weight: int
    skip: int


def steps(layer: Dense, skip_bits: int) -> Iterator[Step]:
    """The walk through a layer, neuron by neuron, each from its first input to just beyond its last, past as many
    zeros in a row as ``skip_bits`` can say.
    """
    longest = (1 << skip_bits) - 1
    for row in layer.weights.tolist():
        position = 0
        while position < len(row):
            ahead = row[position + 1 : position + 1 + longest]
            skip = next((k for k, weight in enumerate(ahead) if weight), len(ahead))
            yield Step(row[position], skip)
            position += 1 + skip


class StepTable(wiring.Component):
    """The steps of the walk, one after the other, each a word of constants in logic.

    The low half of the address chooses among as many tables by the high half: the logic of those rests while the low
    half counts, and so does the high half's clock.
    """

    def __init__(self, walk: list[Step], weight_bits: int, skip_bits: int):
        self.walk = walk
        super().__init__(
            {"advance": In(1), "rewind": In(1), "weight": Out(signed(weight_bits)), "skip": Out(skip_bits)}
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        bits = max((len(self.walk) - 1).bit_length(), 2)
        low, high = Signal(bits // 2), Signal(bits - bits // 2)
        with m.If(self.advance):
            m.d.sync += low.eq(Mux(self.rewind, 0, low + 1))
        with m.If(self.advance & (self.rewind | low.all())):
            m.d.sync += high.eq(Mux(self.rewind, 0, high + 1))
        for name, number in (("weight", self.weight), ("skip", self.skip)):
            words = [getattr(step, name) for step in self.walk]
            rows = [Signal.like(number, name=f"{name}_{k}") for k in range(1 << len(low))]
            for k, row in enumerate(rows):
                look_up(m, words[k :: len(rows)], high, row)
            m.d.comb += number.eq(pick(rows, low))
        return m


class MacCore(Core):
    """A flip-flop leaks more than most gates, so there are few. Counts shift into a register as they come; so do those
    that hidden neurons fire, and the potentials of outputs. One counter tells where the walk is among the inputs of a
    neuron, from the top, where the first is, to 0; below, the next neuron begins. It also counts the inputs as they
    come. Each step adds weight times count to the one potential that there is.
    """

    def __init__(self, network: Network, geometry: Geometry, skip_bits: int, hosted: bool = False):
        super().__init__(network, geometry, loadable=False, hosted=hosted)
        self.skip_bits = skip_bits
        self.input_store = self.probe("input_store")
        self.weight_read = self.probe("weight_read")
        self.watch = [
            Signal(name="watch_leaving"),
            Signal(range(max(*geometry.shape[1:], 2)), name="watch_neuron"),
            Signal(signed(geometry.potential_bits), name="watch_potential"),
            Signal(geometry.count_bits, name="watch_fired"),
        ]
        self.blocks = {"steps": Block.TABLES, "firing": Block.FIRING, "argmax": Block.FIRING}
        self.blocks |= {f"counts_{k}": Block.ACTIVATIONS for k in range(geometry.layers)}
        self.blocks["potentials"] = Block.ACTIVATIONS

    def elaborate(self, platform) -> Module | Fragment:
        m = Module()
        g, layers = self.geometry, self.network.layers
        ends = list(accumulate(g.shape[1:]))  # neurons up to the end of each layer
        walk = [step for layer in layers for step in steps(layer, self.skip_bits)]
        m.submodules.steps = table = StepTable(walk, self.network.weight_bits, self.skip_bits)

        # Where it is: taking counts, then in each layer, then at the result.
        phase = Signal(range(g.layers + 2))
        position = Signal(range(max(g.shape[:-1])), init=g.shape[0] - 1)
        below = Signal(signed(max(len(position), self.skip_bits) + 2))
        begun = Signal(range(ends[-1] + 1))  # neurons
        loading, finished, stepping = phase == 0, phase == g.layers + 1, Signal()
        last, layer_done, done = Signal(), Signal(), Signal()
        again = Array(inputs - 1 for inputs in g.shape[:-1])[self.layer]
        onward = Array(inputs - 1 for inputs in (*g.shape[:-1], g.shape[0]))[phase]
        m.d.comb += [
            self.counts.ready.eq(loading),
            self.result.valid.eq(finished),
            self.input_store.eq(loading & self.counts.valid),
            self.weight_read.eq(~loading & ~finished),
            self.layer.eq(Mux(self.weight_read, phase - 1, 0)),
            stepping.eq(self.input_store | self.weight_read),
            below.eq(position - 1 - Mux(self.weight_read, table.skip, 0)),
            last.eq(stepping & (below < 0)),
            layer_done.eq(last & (loading | (begun == Array(ends)[self.layer]))),
            done.eq(layer_done & (phase == g.layers)),
            table.advance.eq(self.weight_read),
            table.rewind.eq(done),
        ]
        with m.If(stepping):
            m.d.sync += position.eq(Mux(last, Mux(layer_done, onward, again), below))
        with m.If(last):
            m.d.sync += begun.eq(Mux(done, 0, begun + 1))
        with m.If(layer_done):
            m.d.sync += phase.eq(phase + 1)
        with m.If(finished & self.result.ready):
            m.d.sync += phase.eq(0)

        # The last step of a neuron leaves with its sum, and the bias of the next one comes in.
        potential = Signal(signed(g.potential_bits), reset_less=True)
        total, leaving, bias = Signal.like(potential), Signal.like(potential), Signal(signed(g.bias_bits))
        count = Signal(g.count_bits)
        look_up(m, [int(bias) for layer in layers for bias in layer.biases], begun, bias)
        m.d.comb += [
            total.eq(potential + table.weight * count),
            leaving.eq(Mux(last, total, 0)),  # what is behind rests until then
        ]
        with m.If(last):
            m.d.sync += potential.eq(bias)
        with m.Elif(self.weight_read):
            m.d.sync += potential.eq(total)

        m.submodules.firing = firing = FiringUnit(g.firings(), g.potential_bits)
        thresholds = [layer.firing.threshold_log2 for layer in layers if layer.firing] or [0]
        m.d.comb += [firing.potential.eq(leaving), firing.threshold_log2.eq(Array(thresholds)[self.layer])]
        kept = [Shifted(g.input_bits, g.shape[0])]
        kept += [Shifted(g.steps.bit_length(), neurons) for neurons in g.shape[1:-1]]
        for k, counts in enumerate(kept):
            m.submodules[f"counts_{k}"] = counts
            m.d.comb += [
                counts.push.eq(last & (phase == k) if k else self.input_store),
                counts.entering.eq(firing.count if k else self.counts.payload),
                counts.position.eq(position),
            ]
        m.d.comb += count.eq(Array(counts.chosen for counts in kept)[self.layer])

        neuron = Signal(range(max(*g.shape[1:], 2)))
        first = [end - outputs for end, outputs in zip(ends, g.shape[1:], strict=True)]
        output, bits = last & (phase == g.layers), signed_bits(*layers[-1].bounds(self.network.count_max(g.layers - 1)))
        m.submodules.potentials = potentials = Shifted(bits, self.network.outputs)
        m.submodules.argmax = argmax = Argmax(self.network.outputs, bits)
        m.d.comb += [
            neuron.eq(begun - 1 - Array(first)[self.layer]),
            potentials.push.eq(output),
            potentials.entering.eq(leaving),
            argmax.enable.eq(output),
            argmax.first.eq(neuron == 0),
            argmax.index.eq(neuron),
            argmax.potential.eq(leaving),
            self.result.payload.klass.eq(argmax.klass),
        ]
        for shown, number in zip(self.result.payload.potentials, reversed(list(potentials.numbers)), strict=True):
            m.d.comb += shown.eq(number.as_signed())
        seen = (self.weight_read & last, neuron, total, firing.count)
        m.d.comb += [watched.eq(value) for watched, value in zip(self.watch, seen, strict=True)]
        return ResetInserter(self.restart)(m) if self.hosted else m
