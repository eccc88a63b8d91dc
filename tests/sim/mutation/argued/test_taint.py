"""What differs until it is overwritten is proven equal; what anybody sees, however unlikely, is not."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from types import SimpleNamespace

from amaranth.hdl import Array, Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.sim.mutation import hunt, netlist, proof
from sparrow_ecg.sim.mutation.argued.taint import Taint
from sparrow_ecg.sim.mutation.lanes import Lanes
from sparrow_ecg.sim.mutation.pins import Pins


class Summed(wiring.Component):
    """Squares of words, added up; after three the sum is shown. secret: and in between, too, after some words."""

    def __init__(self, secret: bool):
        self.secret = secret
        super().__init__({"word": In(3), "shown": Out(7)})

    def elaborate(self, platform) -> Module:
        m = Module()
        phase, total, place = Signal(2), Signal(7), Signal(2)
        m.d.sync += [phase.eq(phase + 1), total.eq(Mux(phase == 0, self.word, total + self.word * self.word))]
        m.d.comb += self.shown.eq(Mux(phase == 3, total, 0))
        if self.secret:
            right = Array([5, 2, 6, 0])[place]
            m.d.sync += place.eq(Mux(place == 3, 3, Mux(self.word == right, place + 1, 0)))
            with m.If(place == 3):
                m.d.comb += self.shown.eq(total)
        return m


class Scratch(wiring.Component):
    """A register that holds what nobody looks at in two of four phases, which only two registers together tell."""

    def __init__(self):
        super().__init__({"word": In(3), "shown": Out(3)})

    def elaborate(self, platform) -> Module:
        m = Module()
        low, high, kept = Signal(name="low"), Signal(name="high"), Signal(3)
        phase = Cat(low, high)
        m.d.sync += [phase.eq(phase + 1), kept.eq(Array([self.word + 3, kept, self.word, kept])[phase])]
        m.d.comb += self.shown.eq(Mux(low == high, kept, 0))
        return m


def _proven(
    component: wiring.Component, together: Iterable[Sequence[str]] = ()
) -> tuple[set[int], set[int], list[str]]:
    """Mutants that are caught when the secret is told, those that are proven equal by who has not heard it, and all."""
    flat, commands = netlist.elaborated(SimpleNamespace(component=component, top="summed"), 60, hunt.SEED)
    circuit = netlist.mapped(flat, "summed", commands)
    draw = random.Random(1)

    def play(lanes: Lanes, words: list[int]) -> Pins:
        pins = Pins(lanes)
        for k, word in enumerate(words):
            pins["rst"], pins["word"] = k == 0 or draw.random() < 0.05, word
            pins.row(look=pins.mask("shown"))
        return pins

    with Lanes(circuit) as lanes:
        telling = [word for _ in range(20) for word in (5, 2, 6, *(draw.randrange(8) for _ in range(20)))]
        caught = dict(hunt._played(lanes, play(lanes, telling).rows, list(range(len(commands)))))
        quiet = play(lanes, [draw.choice((0, 1, 2, 3, 4, 6, 7)) for _ in range(300)])
        marks = Taint(proof.Prover(circuit, lanes, quiet.rows, {}), together)
        return set(caught), {k for k in range(len(commands)) if marks.equal(k)}, commands


def test_no_mutant_that_is_caught_is_proven_equal():
    for secret in (False, True):
        caught, equal, _ = _proven(Summed(secret))
        assert len(caught) > 20
        assert not caught & equal


def test_a_sum_that_begins_anew_is_equal_whatever_it_was():
    caught, equal, commands = _proven(Summed(secret=False))
    assert caught | equal == set(range(len(commands)))


def test_what_differs_may_depend_on_two_registers_together():
    caught, equal, commands = _proven(Scratch(), together=[("low", "high")])
    assert caught | equal == set(range(len(commands)))
    assert equal - _proven(Scratch())[1]
