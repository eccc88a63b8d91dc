"""The class: the index of the highest potential."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class Argmax(wiring.Component):
    """Serial argmax: potentials come one a cycle, the lowest index wins a tie.

    ``first`` goes with the first potential of a beat, ``index`` counts up from 0.
    """

    def __init__(self, outputs: int, potential_bits: int):
        super().__init__(
            {
                "enable": In(1),
                "first": In(1),
                "index": In(range(outputs)),
                "potential": In(signed(potential_bits)),
                "klass": Out(range(outputs)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        best = Signal.like(self.potential)
        with m.If(self.enable & (self.first | (self.potential > best))):
            m.d.sync += [best.eq(self.potential), self.klass.eq(self.index)]
        return m
