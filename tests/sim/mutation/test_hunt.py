"""A fixed sample of mutants of a core and a chip: each is caught, or nobody can catch it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.mutation import hunt, netlist, proof, twins
from sparrow_ecg.sim.mutation.designs import DESIGNS, RESULT, Design
from sparrow_ecg.sim.mutation.lanes import Lanes
from sparrow_ecg.sim.mutation.sessions import chip, core

NETWORK = random_network(np.random.default_rng(3), (4, 3, 3), steps=3, weight_bits=3, input_bits=2)
CORE = Design(lambda: Build(NETWORK, Tree()), core.play, 120, scales=(1,), guards=RESULT, watched=core.watched)
CHIP = Design(lambda: Build(NETWORK, Tree(), "chip", "apb"), chip.play, 200, scales=(1,))
MOST = {"core": 0, "chip": 12}  # that survive: no more than when this was written


@pytest.mark.parametrize(("name", "design"), [("core", CORE), ("chip", CHIP)], ids=["core", "chip"])
def test_a_fixed_sample(name, design):
    found = hunt.hunt(design, design.mutants)
    counts = hunt.summary(found)
    assert counts["tried"] == design.mutants == counts["caught"] + counts["proven_equal"] + counts["survive"]
    survived = [mutant.line for mutant in found if mutant.outcome == hunt.SURVIVED]
    assert len(survived) <= MOST[name], "\n".join(survived)


def test_what_decides_a_hunt_is_all_that_its_session_plays():
    """Otherwise a changed scenario would find the hunt of the old one."""
    found = {
        path.relative_to(hunt.FOLDER.parent).as_posix() for path in hunt._sessions(hunt.FOLDER / "sessions/core.py")
    }
    benches = {f"rtl/benches/{name}.py" for name in ("farm", "player", "scenarios")}
    assert benches | {"mutation/sessions/core.py", "mutation/sessions/beats.py"} <= found
    assert "mutation/sessions/chip.py" not in found


def test_without_proofs_as_many_are_caught():
    proven, played = hunt.hunt(CORE, CORE.mutants), hunt.hunt(CORE, CORE.mutants, prove=False)
    assert {mutant.outcome for mutant in played} <= {hunt.CAUGHT, hunt.SURVIVED}
    assert [m for m in played if m.outcome == hunt.CAUGHT] == [m for m in proven if m.outcome == hunt.CAUGHT]


def test_no_mutant_that_is_caught_is_proven_equal():
    build = CORE.make()
    flat, commands = netlist.elaborated(build, CORE.mutants, hunt.SEED, core.watched(build))
    circuit = netlist.mapped(flat, build.top, commands, core.watched(build))
    caught = [mutant.number for mutant in hunt.hunt(CORE, CORE.mutants) if mutant.outcome == hunt.CAUGHT]
    with Lanes(circuit) as lanes:
        prover = proof.Prover(circuit, lanes, hunt.recorded(lanes, CORE, 1), RESULT)
        later = twins.Twins(circuit, RESULT)
        assert not [number for number in caught[::3] if prover.equal(number) or later.equal(number)]


def test_what_changes_a_state_that_nobody_sees_is_proven_equal():
    """A core that keeps its answer until it is restarted: its registers differ, and nobody can tell."""
    found = hunt.hunt(CHIP, CHIP.mutants)
    flat, commands = netlist.elaborated(CHIP.make(), CHIP.mutants, hunt.SEED)
    circuit = netlist.mapped(flat, "chip", commands)
    equal = [mutant.number for mutant in found if mutant.outcome == hunt.EQUAL]
    with Lanes(circuit) as lanes:
        prover = proof.Prover(circuit, lanes, hunt.recorded(lanes, CHIP, 1), {})
        assert [number for number in equal if not prover.equal(number)], "none needs an induction"


def test_a_design_that_is_wrong_is_not_hunted():
    """Its session is held against the golden model before it is played to mutants."""
    wrong = Build(NETWORK, Tree()).component
    other = random_network(np.random.default_rng(4), NETWORK.shape, steps=3, weight_bits=3, input_bits=2)

    class Wrong(Build):
        component = wrong

    with pytest.raises(AssertionError, match="potential"):
        hunt.hunt(Design(lambda: Wrong(other, Tree()), core.play, 1, scales=(1,), watched=core.watched), 1)


def test_what_is_told_of_a_mutant():
    command = (
        "mutate -mode cnot0 -module core -cell $flatten\\a.$1 -port Y -portbit 2 -ctrlbit 0 -wire a.b -wirebit 3"
        " -src /x/src/sparrow_ecg/hw/core/tree.py:98 -src /y/amaranth/lib/stream.py:1"
    )
    mutant = hunt.parsed(7, command)
    assert (mutant.mode, mutant.port, mutant.wire, mutant.source) == ("cnot0", "Y[2]", "a.b[3]", "hw/core/tree.py:98")


def test_designs_have_mutants_enough():
    assert sum(design.mutants for design in DESIGNS.values()) >= 3000


def test_a_mutant_that_has_a_focus_is_tried_with_it_too(tmp_path, monkeypatch):
    """And no other is; what was found once is not tried again."""
    tried = []

    def related(name, says):
        def equal(mutant):
            tried.append((name, mutant))
            return says

        return SimpleNamespace(equal=equal)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hunt.relations, "Relations", lambda focus: related(focus, True))
    known = object.__new__(hunt.Known)
    known.key, known.design = [], SimpleNamespace(focus={7: ("state",)})
    known.twins = SimpleNamespace(aiger=lambda mutant: f"{mutant}", equal=lambda mutant: False)
    known.__dict__["prover"] = SimpleNamespace(equal=lambda mutant: False, focused=lambda names: names)
    known.__dict__["related"] = related("all", False)
    assert [known.equal(mutant) for mutant in (7, 8, 7, 8)] == [True, False, True, False]
    assert tried == [("all", 7), (("state",), 7), ("all", 8)]
