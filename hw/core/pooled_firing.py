"""What leaves a lane of the picture core: what its neuron fires, or what a square of places has fired."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.firing import FiringUnit
from sparrow_ecg.model.network import Convolution, Dense, Firing


class PooledFiring(wiring.Component):
    """As the layer at work has it. ``fire``: the neuron fires in this cycle; with ``done`` it is the last of its
    square, and ``count`` is the square's.
    """

    def __init__(self, layers: Sequence[Dense], steps: int, potential_bits: int):
        self.firings = [layer.firing for layer in layers]
        self.pools = [layer.pooling if isinstance(layer, Convolution) else None for layer in layers]
        self.steps = steps
        most = max([1, *(pool.size**2 for pool in self.pools if pool)]) * steps
        super().__init__(
            {
                "layer": In(range(max(len(layers), 2))),
                "potential": In(signed(potential_bits)),
                "fire": In(1),
                "done": In(1),
                "count": Out(range(most + 1)),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.d.comb += self.count.eq(self._fires(m, "firing", self.firings, self.potential))
        if not any(self.pools):
            return m
        before, total = Signal.like(self.count), Signal.like(self.count)
        m.d.comb += total.eq(before + m.submodules.firing.count)
        with m.If(Array(pool is not None for pool in self.pools)[self.layer]):
            m.d.comb += self.count.eq(total)
            with m.If(self.fire):
                m.d.sync += before.eq(Mux(self.done, 0, total))
        again = [pool.firing if pool else None for pool in self.pools]
        if any(again):
            count = self._fires(m, "pooling", again, total)
            with m.If(Array(firing is not None for firing in again)[self.layer]):
                m.d.comb += self.count.eq(count)
        return m

    def _fires(self, m: Module, name: str, firings: Sequence[Firing | None], potential: Signal) -> Signal:
        """Of each layer as its firing says."""
        unit = FiringUnit([firing for firing in firings if firing] or [Firing(0, self.steps)], len(potential) + 1)
        m.submodules[name] = unit
        logs = Array(firing.threshold_log2 if firing else 0 for firing in firings)
        m.d.comb += [unit.potential.eq(potential), unit.threshold_log2.eq(logs[self.layer])]
        return unit.count
