"""A lane: the potential of one output neuron at a time."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.model.network import signed_bits


def _ports(geometry: Geometry, count_bits: int) -> dict[str, wiring.Member]:
    return {
        "load": In(1),
        "bias": In(signed(geometry.bias_bits)),
        "accumulate": In(1),
        "weight": In(signed(geometry.weight_bits)),
        "count": In(unsigned(count_bits)),
        "potential": Out(signed(geometry.potential_bits)),
    }


class Lane(wiring.Component):
    """The accumulator of a neuron: ``load`` its bias, ``accumulate`` weight times count, hold otherwise.

    count_bits: of a count, by default the geometry's.
    """

    def __init__(self, geometry: Geometry, count_bits: int = 0):
        self.geometry = geometry
        super().__init__(_ports(geometry, count_bits or geometry.count_bits))

    def elaborate(self, platform) -> Module:
        m = Module()
        with m.If(self.load):
            m.d.sync += self.potential.eq(self.bias)
        with m.Elif(self.accumulate):
            m.d.sync += self.potential.eq(self.potential + self.weight * self.count)
        return m


def wire(
    m: Module,
    lanes: Sequence[Lane | StepLane],
    load: Value,
    bias: Value,
    accumulate: Value,
    weight: Value,
    count: Value,
) -> None:
    """Submodules lane_0, lane_1, ...: each its bit of load and accumulate, its part of the words of biases and weights,
    and the count that all have.
    """
    for i, lane in enumerate(lanes):
        m.submodules[f"lane_{i}"] = lane
        m.d.comb += [
            lane.load.eq(load[i]),
            lane.bias.eq(bias.word_select(i, len(lane.bias))),
            lane.accumulate.eq(accumulate[i]),
            lane.weight.eq(weight.word_select(i, len(lane.weight))),
            lane.count.eq(count),
        ]


class StepLane(wiring.Component):
    """The lane of an integrate-and-fire core: a `Lane` that also fires, once a step.

    integrate: a step of a first-layer neuron, which adds its constant potential to a residue that fires at
               T thresholds.
    fire:      a step of a later neuron, whose potential itself fires and loses a threshold.
    spike:     this step fires.
    train:     the spikes since ``load``, step 0 in the low bit after T steps.
    """

    def __init__(self, geometry: Geometry):
        self.geometry = geometry
        reach = 1 << (geometry.potential_bits - 1)
        self.residue_shape = signed(signed_bits(-reach * geometry.steps, reach * geometry.steps))
        super().__init__(
            _ports(geometry, geometry.count_bits)
            | {
                "threshold_log2": In(range(max(geometry.thresholds) + 1)),
                "integrate": In(1),
                "fire": In(1),
                "spike": Out(1),
                "train": Out(unsigned(geometry.steps)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        steps = self.geometry.steps
        residue = Signal(self.residue_shape)
        driven = Signal(signed(self.residue_shape.width + 1))
        threshold = Signal(max(self.geometry.thresholds) + 1)
        m.d.comb += [threshold.eq(1 << self.threshold_log2), driven.eq(residue + self.potential)]

        with m.If(self.load):
            m.d.sync += [self.potential.eq(self.bias), residue.eq(0), self.train.eq(0)]
        with m.Elif(self.accumulate):
            m.d.sync += self.potential.eq(self.potential + self.weight * self.count)
        with m.Elif(self.integrate):
            m.d.comb += self.spike.eq(driven >= threshold * steps)
            m.d.sync += residue.eq(driven)
            with m.If(self.spike):
                m.d.sync += residue.eq(driven - threshold * steps)
        with m.Elif(self.fire):
            m.d.comb += self.spike.eq(self.potential >= threshold)
            with m.If(self.spike):
                m.d.sync += self.potential.eq(self.potential - threshold)
        with m.If(self.integrate | self.fire):
            m.d.sync += self.train.eq(Cat(self.train, self.spike)[1:])
        return m
