"""What differs while nobody uses it is proven equal; what anybody sees is not."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.sim.mutation import hunt, netlist, proof, relations
from sparrow_ecg.sim.mutation.lanes import Lanes
from sparrow_ecg.sim.mutation.pins import Pins


class Shown(wiring.Component):
    """A word that is taken when it is asked for, and shown in the cycle after."""

    def __init__(self) -> None:
        super().__init__({"ask": In(1), "word": In(3), "shown": Out(3)})

    def elaborate(self, platform) -> Module:
        m = Module()
        fresh = Signal()
        held = Signal(3)
        m.d.sync += fresh.eq(self.ask)
        with m.If(self.ask):
            m.d.sync += held.eq(self.word)
        m.d.comb += self.shown.eq(Mux(fresh, held, 0))
        return m


@pytest.fixture(scope="module")
def tried():
    """Commands, who is caught by random words, and who is proven equal: without and with relations."""
    build = SimpleNamespace(component=Shown(), top="shown")
    flat, commands = netlist.elaborated(build, 40, hunt.SEED)
    circuit = netlist.mapped(flat, "shown", commands)
    draw = random.Random(1)
    with Lanes(circuit) as lanes:
        pins = Pins(lanes)
        for _ in range(500):
            pins["rst"], pins["ask"], pins["word"] = draw.random() < 0.05, draw.getrandbits(1), draw.getrandbits(3)
            pins.row(look=pins.mask("shown"))
        caught = dict(hunt._played(lanes, pins.rows, list(range(len(commands)))))
        prover = proof.Prover(circuit, lanes, pins.rows, {})
        related = relations.Relations(prover)
        near = {k for k in range(len(commands)) if prover.equal(k)}
        return commands, set(caught), near, {k for k in range(len(commands)) if related.equal(k)}


def test_a_register_that_takes_more_while_it_is_not_shown_is_equal(tried):
    _, _, near, related = tried
    assert related - near


def test_no_mutant_that_is_caught_is_proven_equal(tried):
    _, caught, near, related = tried
    assert len(caught) > 20
    assert not caught & (near | related)


def test_all_others_are_proven_equal(tried):
    commands, caught, near, related = tried
    assert caught | near | related == set(range(len(commands)))
