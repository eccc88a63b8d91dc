"""What a prover is told to look at together it uses, if it holds for ever."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.sim.mutation import hunt, netlist, proof
from sparrow_ecg.sim.mutation.lanes import Lanes
from sparrow_ecg.sim.mutation.pins import Pins

WIDE = 5  # bits of two registers, together more than is looked at unasked


class Counters(wiring.Component):
    """Two counters that go together; a word is shown while they differ. apart: from a rare step on they do."""

    def __init__(self, apart: bool) -> None:
        self.apart = apart
        super().__init__({"step": In(8), "word": In(3), "shown": Out(3), "counted": Out(2 * WIDE)})

    def elaborate(self, platform) -> Module:
        m = Module()
        one = Signal(WIDE)
        other = Signal(WIDE)
        m.d.sync += [one.eq(one + self.step[0]), other.eq(other + self.step[0])]
        if self.apart:
            with m.If(self.step == 255):
                m.d.sync += other.eq(0)
        m.d.comb += [self.shown.eq(Mux(one != other, self.word, 0)), self.counted.eq(one ^ other)]
        return m


@pytest.mark.parametrize(("together", "apart"), [(False, False), (True, False), (True, True)])
def test_registers_that_belong_together(together, apart):
    assert 2 * WIDE > proof.PAIR
    build = SimpleNamespace(component=Counters(apart), top="counters")
    flat, commands = netlist.elaborated(build, 60, hunt.SEED)
    shown = [k for k, command in enumerate(commands) if " -wire word " in command]
    circuit = netlist.mapped(flat, "counters", commands)
    draw = random.Random(1)
    with Lanes(circuit) as lanes:
        pins = Pins(lanes)
        for _ in range(300):
            pins["step"], pins["word"] = draw.randrange(255), draw.getrandbits(3)
            pins.row()
        prover = proof.Prover(circuit, lanes, pins.rows, {}, [("one", "other")] if together else [])
        proven = [k for k in shown if prover.equal(k)]
        with pytest.raises(KeyError):
            proof.Prover(circuit, lanes, pins.rows, {}, [("one", "nobody")])
    assert bool(proven) == (together and not apart)
