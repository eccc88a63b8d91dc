"""The regression catches what is broken on purpose: a sample here, all of it with ``make mutants``."""

from __future__ import annotations

from sparrow_ecg.sim.rtl.mutants import EQUIVALENT, broken_cores, hunt, inexact, mutate


def test_list_is_long_and_always_the_same() -> None:
    texts, mutants = mutate(broken_cores())
    again, same = mutate(broken_cores())
    assert texts == again
    assert mutants == same
    assert len([mutant for mutant in mutants if not mutant.reason]) >= 600
    assert [mutant.number for mutant in mutants] == list(range(1, len(mutants) + 1))
    assert all(f"farm.mutant == {mutant.number})" in texts[mutant.member] for mutant in mutants)


def test_an_entry_is_about_some_that_survive_and_none_that_is_caught() -> None:
    mutants = mutate(broken_cores())[1]
    assert inexact(mutants) == []
    argued = [mutant for mutant in mutants if mutant.reason]
    argued[0].caught = ["full_rate", "potential", 0, ""]
    assert inexact(mutants, whole=False) == [f"caught, though '{argued[0].reason}': {argued[0].line}"]
    for mutant in argued:
        mutant.caught = ["full_rate", "potential", 0, ""]
    assert len([line for line in inexact(mutants) if line.startswith("nothing survives")]) == len(EQUIVALENT)


def test_a_sample_is_caught() -> None:
    mutants = hunt(every=9)
    assert inexact(mutants, whole=False) == []
    assert [mutant for mutant in mutants if not mutant.caught and not mutant.reason] == []
    caught = [mutant for mutant in mutants if mutant.caught]
    assert len(caught) >= 60
    assert {mutant.member for mutant in caught} == set(range(len(broken_cores())))
