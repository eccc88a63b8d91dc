"""What never happens is found in steps, each with what those before have shown, and is found once."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.mutation import hunt, netlist, proof
from sparrow_ecg.sim.mutation.kept import Kept
from sparrow_ecg.sim.mutation.lanes import Lanes
from sparrow_ecg.sim.mutation.pins import Pins

WIDE = 5  # bits of a register: two are more than is looked at unasked
COUNTERS, LATE = ("one", "other"), ("one", "late")


class Counters(wiring.Component):
    """Two counters that go together, and a word that is shown while they differ. ``late`` counts with them, but only
    while they do not differ.
    """

    def __init__(self) -> None:
        super().__init__({"step": In(1), "word": In(3), "shown": Out(3), "counted": Out(3 * WIDE)})

    def elaborate(self, platform) -> Module:
        m = Module()
        one = Signal(WIDE)
        other = Signal(WIDE)
        late = Signal(WIDE)
        m.d.sync += [one.eq(one + self.step), other.eq(other + self.step)]
        with m.If(one == other):
            m.d.sync += late.eq(late + self.step)
        with m.If(one != late):
            m.d.comb += self.shown.eq(self.word)
        m.d.comb += self.counted.eq(one ^ other ^ late)
        return m


@pytest.fixture(scope="module")
def played():
    flat, commands = netlist.elaborated(SimpleNamespace(component=Counters(), top="counters"), 60, hunt.SEED)
    circuit = netlist.mapped(flat, "counters", commands)
    draw = random.Random(1)
    with Lanes(circuit) as lanes:
        pins = Pins(lanes)
        for _ in range(300):
            pins["step"], pins["word"] = draw.getrandbits(1), draw.getrandbits(3)
            pins.row()
        shown = [k for k, command in enumerate(commands) if " -wire word " in command]
        yield circuit, lanes, pins.rows, shown


@pytest.mark.parametrize(
    ("together", "all_known"),
    [((), False), (((LATE,), (COUNTERS,)), False), (((COUNTERS,), (LATE,)), True)],
    ids=["unasked", "in-the-wrong-order", "in-order"],
)
def test_a_step_knows_what_those_before_have_shown(played, together, all_known):
    circuit, lanes, rows, shown = played
    assert 2 * WIDE > proof.PAIR
    prover = Kept(circuit, lanes, rows, {}, together)
    assert shown
    assert all(prover.equal(k) for k in shown) == all_known


def test_single_bits_are_looked_at_too(played):
    circuit, lanes, rows, _ = played
    bits = tuple((f"one[{k}]", f"other[{k}]") for k in range(WIDE))
    clauses = {frozenset(map(abs, clause)) for clause in Kept(circuit, lanes, rows, {}, (bits,)).invariants}
    q = {flop.name: flop.q + 1 for flop in circuit.flops}
    assert {frozenset(q[name] for name in pair) for pair in bits} <= clauses
    with pytest.raises(KeyError):
        Kept(circuit, lanes, rows, {}, ((("one", "nobody"),),))


def test_what_was_found_is_not_looked_for_again(played, monkeypatch):
    circuit, lanes, rows, _ = played
    found = Kept(circuit, lanes, rows, {}, ((COUNTERS,),)).invariants

    def again(self, candidates):
        raise InputError("again")

    monkeypatch.setattr(proof.Prover, "_inductive", again)
    assert Kept(circuit, lanes, rows, {}, ((COUNTERS,),)).invariants == found
    with pytest.raises(InputError):  # in other rows there is something else
        Kept(circuit, lanes, rows.part(slice(7)), {}, ((COUNTERS,),))


def test_focus_leaves_registers_and_knowledge(played):
    circuit, lanes, rows, _ = played
    prover = Kept(circuit, lanes, rows, {}, ((COUNTERS,),))
    focused = prover.focused(["late"])
    assert prover.invariants
    assert focused.registers() == [prover.words["late"]] != prover.registers()
    assert focused.invariants == prover.invariants
