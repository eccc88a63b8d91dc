"""A core with few pins: its result leaves bit by bit, and nothing else changes."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import Out

from sparrow_ecg.hw.ports import Core, core_ports, result_layout


class FewPinCore(wiring.Component):
    """A core whose ``result`` is a stream of bits: those of `result_layout`, the lowest first, so that the class
    comes before the potentials. ``counts`` and ``image`` are the core's own.
    """

    core_path: ClassVar[tuple[str, ...]] = ("core",)
    beside: ClassVar[tuple[str, ...]] = ()

    def __init__(self, core: Core):
        self.core = core
        ports = core_ports(core.geometry, core.loadable, hosted=False)
        super().__init__(ports | {"result": Out(stream.Signature(1))})

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.core = core = self.core
        for name in self.signature.members:
            if name != "result":
                wiring.connect(m, wiring.flipped(getattr(self, name)), getattr(core, name))
        bits = result_layout(core.geometry).size
        position = Signal(range(bits))
        last = position == bits - 1
        m.d.comb += [  # the core holds its result until it is taken: nothing is to be kept here
            self.result.valid.eq(core.result.valid),
            self.result.payload.eq(core.result.payload.as_value().bit_select(position, 1)),
            core.result.ready.eq(self.result.ready & last),
        ]
        with m.If(self.result.valid & self.result.ready):
            m.d.sync += position.eq(position + 1)
            with m.If(last):
                m.d.sync += position.eq(0)
        return m
