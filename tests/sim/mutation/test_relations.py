"""What differs while nobody uses it is proven equal; what anybody sees is not."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from amaranth.hdl import Array, Module, Mux, Signal
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


class Lock(wiring.Component):
    """Opens after 5, 2 and 6 in a row; then what was kept of the words before is shown."""

    def __init__(self) -> None:
        super().__init__({"ask": In(1), "word": In(3), "shown": Out(3)})

    def elaborate(self, platform) -> Module:
        m = Module()
        place, kept = Signal(2), Signal(3)
        right = Array([5, 2, 6, 0])[place]
        m.d.sync += place.eq(Mux(place == 3, 3, Mux(self.word == right, place + 1, 0)))
        with m.If(self.ask):
            m.d.sync += kept.eq(self.word)
        m.d.comb += self.shown.eq(Mux(place == 3, kept, 0))
        return m


def test_what_only_an_unlikely_sequence_shows_is_not_proven_equal():
    """The prover has seen no word that opens the lock, so that all its guesses of what differs when are too bold."""
    flat, commands = netlist.elaborated(SimpleNamespace(component=Lock(), top="lock"), 60, hunt.SEED)
    circuit = netlist.mapped(flat, "lock", commands)
    draw = random.Random(1)

    def play(lanes: Lanes, words: list[int]) -> Pins:
        pins = Pins(lanes)
        for k, word in enumerate(words):
            pins["rst"], pins["ask"], pins["word"] = k == 0, draw.getrandbits(1), word
            pins.row(look=pins.mask("shown"))
        return pins

    with Lanes(circuit) as lanes:
        opening = [0, *(word for _ in range(9) for word in (5, 2, 6)), *(draw.randrange(8) for _ in range(60))]
        caught = dict(hunt._played(lanes, play(lanes, opening).rows, list(range(len(commands)))))
        closed = play(lanes, [draw.choice((0, 1, 2, 3, 4, 6, 7)) for _ in range(200)])
        missed = set(caught) - dict(hunt._played(lanes, closed.rows, list(range(len(commands))))).keys()
        related = relations.Relations(proof.Prover(circuit, lanes, closed.rows, {}))
        assert len(missed) > 5
        assert [commands[k] for k in missed if related.equal(k)] == []
