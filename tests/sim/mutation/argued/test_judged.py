"""What is argued of mutants is proven, or told by a session, or left open."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.mutation.argued.judged import judged, mapped
from sparrow_ecg.sim.rtl.mutants import Mutant, mutate


@pytest.fixture(scope="module")
def core() -> tuple[Build, str, list[Mutant]]:
    build = Build(random_network(np.random.default_rng(5), (4, 3, 2), steps=3, weight_bits=3, input_bits=2), Mac(1))
    (text,), mutants = mutate([build])
    return build, text, mutants


def test_a_mutant_is_proven_equal_or_caught_by_a_session(core: tuple[Build, str, list[Mutant]]) -> None:
    build, text, mutants = core
    never_seen = (
        "firing: > to >=",
        "argmax: klass is not reset",
        "core: next potential without if (probe_weight_read)",
    )
    seen = ("firing: - to +", "core: next phase without if", "argmax: > to >=")
    chosen = [mutant for mutant in mutants if mutant.name.startswith((*never_seen, *seen))]
    done: list[int] = []
    found = judged(build, text, chosen, done.append)
    assert done == list(range(1, len(chosen) + 1))
    names = {True: set(), False: set(), None: set()}
    for mutant in chosen:
        names[found[mutant.number]].add(mutant.name)
    assert all(any(name.startswith(begin) for name in names[True]) for begin in never_seen)
    assert not any(name.startswith(seen) for name in names[True])
    assert any(name.startswith(seen) for name in names[False])


def test_only_the_chosen_mutants_are_in_the_netlist(core: tuple[Build, str, list[Mutant]]) -> None:
    _, text, mutants = core
    circuit = mapped(text, [mutants[4].number, mutants[0].number])
    assert len(circuit.switches) == 2
    assert not any(name.startswith("mutant") for name in circuit.inputs)
