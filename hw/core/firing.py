"""Firing in logic."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Const, Module, Mux, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.network import Firing


class FiringUnit(wiring.Component):
    """``Firing.compute`` as combinational logic, for a signed potential of ``potential_bits``.

    ``firings`` differ in their thresholds only; the port ``threshold_log2`` selects one. With one firing it
    is a constant, and costs nothing.
    """

    def __init__(self, firings: Sequence[Firing], potential_bits: int):
        self.firings = {firing.threshold_log2: firing for firing in firings}
        self.steps = firings[0].steps
        super().__init__(
            {
                "potential": In(signed(potential_bits)),
                "threshold_log2": In(range(max(self.firings) + 1)),
                "count": Out(range(self.steps + 1)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        with m.Switch(self.threshold_log2):
            for k, threshold_log2 in enumerate(self.firings):
                with m.Default() if k == len(self.firings) - 1 else m.Case(threshold_log2):
                    m.d.comb += self.count.eq(self._clamp(self.potential >> threshold_log2))
        return m

    def _clamp(self, quotient):
        above = Mux(quotient > self.steps, Const(self.steps), quotient)
        return Mux(quotient < 0, 0, above)
