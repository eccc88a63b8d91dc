"""The regression catches what is broken on purpose: a sample here, all of it with ``make mutants``."""

from __future__ import annotations

import re

from sparrow_ecg.sim.rtl.mutants import EQUIVALENT, broken_cores, hunt, mutate


def test_list_is_long_and_always_the_same() -> None:
    texts, mutants = mutate(broken_cores())
    again, same = mutate(broken_cores())
    assert texts == again
    assert mutants == same
    assert len([mutant for mutant in mutants if not mutant.reason]) >= 600
    assert [mutant.number for mutant in mutants] == list(range(1, len(mutants) + 1))
    assert all(f"farm.mutant == {mutant.number})" in texts[mutant.member] for mutant in mutants)


def test_every_reason_is_needed() -> None:
    mutants = mutate(broken_cores())[1]
    for pattern in EQUIVALENT:
        assert any(re.search(pattern, f"{mutant.name} | {mutant.source}") for mutant in mutants), pattern


def test_a_sample_is_caught() -> None:
    mutants = hunt(every=9)
    assert [mutant for mutant in mutants if not mutant.caught and not mutant.reason] == []
    caught = [mutant for mutant in mutants if mutant.caught]
    assert len(caught) >= 60
    assert {mutant.member for mutant in caught} == set(range(len(broken_cores())))
