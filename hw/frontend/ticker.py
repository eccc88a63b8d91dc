"""Samples of any rate to ticks of the networks' rate. Twin of `model/frontend/sampling.py`."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.frontend.sampling import Ticks
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION


class Ticker(wiring.Component):
    """A sample stays until its last tick is taken. At the native rate it is wires."""

    def __init__(self, ticks: Ticks):
        self.ticks = ticks
        codes = stream.Signature(RESOLUTION)
        super().__init__({"samples": In(codes), "codes": Out(codes)})

    def elaborate(self, platform) -> Module:
        m = Module()
        m.d.comb += self.codes.payload.eq(self.samples.payload)
        step = self.ticks.step
        if step == 1:
            m.d.comb += [self.codes.valid.eq(self.samples.valid), self.samples.ready.eq(self.codes.ready)]
            return m
        before, after = step.numerator, step.denominator  # a tick is due while the phase is at least `before`
        phase = Signal(range(before + after))
        counted = Signal()  # whether the phase has taken this sample in
        due = phase >= before
        m.d.comb += [
            self.codes.valid.eq(self.samples.valid & counted & due),
            self.samples.ready.eq(counted & ~due),
        ]
        with m.If(self.samples.valid & ~counted):
            m.d.sync += [phase.eq(phase + after), counted.eq(1)]
        with m.If(self.codes.valid & self.codes.ready):
            m.d.sync += phase.eq(phase - before)
        with m.If(self.samples.valid & self.samples.ready):
            m.d.sync += counted.eq(0)
        return m
