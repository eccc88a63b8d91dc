"""A whole layer at once: weights as wiring between adders.

A weight costs no read and an input no cycle of its own. In exchange the silicon serves one network only.
"""

from __future__ import annotations

from amaranth.hdl import Module, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.compressor import WeightedSum
from sparrow_ecg.model.network import Dense, signed_bits


class TreeLayer(wiring.Component):
    """``b + W n`` of one layer as combinational logic: no clock, and each neuron as wide as its own weights need.

    counts:        the counts that enter, each in 0..count_max.
    potential_<i>: the sum of neuron i, signed.
    """

    def __init__(self, layer: Dense, count_max: int):
        self.layer = layer
        self.count_bits = count_max.bit_length()
        rows = [Dense(layer.weights[i : i + 1], layer.biases[i : i + 1], None) for i in range(layer.outputs)]
        self.widths = [signed_bits(*row.bounds(count_max)) for row in rows]
        super().__init__(
            {"counts": In(data.ArrayLayout(self.count_bits, layer.inputs))}
            | {f"potential_{i}": Out(signed(width)) for i, width in enumerate(self.widths)}
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        for i, (weights, bias) in enumerate(zip(self.layer.weights.tolist(), self.layer.biases.tolist(), strict=True)):
            m.submodules[f"sum_{i}"] = total = WeightedSum(tuple(weights), bias, self.count_bits, self.widths[i])
            m.d.comb += getattr(self, f"potential_{i}").eq(total.total)
            for j, weight in enumerate(weights):
                if weight:
                    m.d.comb += getattr(total, f"count_{j}").eq(self.counts[j])
        return m
