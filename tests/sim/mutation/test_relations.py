"""What differs while nobody uses it is proven equal; what anybody sees is not."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from amaranth.hdl import Array, Cat, Module, Mux, Signal
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


class Late(wiring.Component):
    """A word that is taken when it is asked for, and shown in the cycle after; or shown after any ``other``."""

    def __init__(self, by_other: bool) -> None:
        self.by_other = by_other
        super().__init__({"ask": In(1), "other": In(1), "word": In(3), "shown": Out(3), "beside": Out(2)})

    def elaborate(self, platform) -> Module:
        m = Module()
        fresh, late = Signal(), Signal()
        held = Signal(3)
        m.d.sync += [fresh.eq(self.ask), late.eq(self.other)]
        with m.If(self.ask):
            m.d.sync += held.eq(self.word)
        m.d.comb += [self.shown.eq(Mux(late if self.by_other else fresh, held, 0)), self.beside.eq(Cat(fresh, late))]
        return m


@pytest.mark.parametrize("by_other", [False, True])
def test_what_was_guessed_from_too_little_is_dropped(by_other, monkeypatch):
    """While it was recorded, ``other`` came with ``ask`` alone: what is held seems never to differ after ``other``.
    That must be dropped: who can be proven equal without it is; who cannot, as it hid that he is seen, is not.
    """
    build = SimpleNamespace(component=Late(by_other), top="late")
    flat, commands = netlist.elaborated(build, 60, hunt.SEED)
    circuit = netlist.mapped(flat, "late", commands)
    draw = random.Random(1)

    def play(lanes: Lanes, together: bool) -> Pins:
        pins = Pins(lanes)
        for _ in range(400):
            ask = draw.getrandbits(1)
            pins["rst"], pins["ask"], pins["word"] = draw.random() < 0.05, ask, draw.getrandbits(3)
            pins["other"] = draw.getrandbits(1) and (ask or not together)
            pins.row(look=pins.mask("shown", "beside"))
        return pins

    with Lanes(circuit) as lanes:
        caught = set(dict(hunt._played(lanes, play(lanes, False).rows, list(range(len(commands))))))
        related = relations.Relations(proof.Prover(circuit, lanes, play(lanes, True).rows, {}))
        tried, make = [], relations._Induction
        monkeypatch.setattr(relations, "_Induction", lambda *given: tried.append(make(*given)) or tried[-1])
        proven = {k for k in range(len(commands)) if related.equal(k)}
    assert len(caught) > 20
    assert not caught & proven
    assert caught | proven == set(range(len(commands)))
    # Who is seen with all guesses is given up at once, who is seen without a wrong one as soon as that is dropped.
    assert max(each.calls for each in tried if each.mutant not in proven) <= (9 if by_other else 1)
