"""Reasons of survivors: used, wrong, stale; and what `mutate` makes of a survivor without one."""

from __future__ import annotations

import pytest

from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.mutation.designs import DESIGNS
from sparrow_ecg.sim.mutation.hunt import CAUGHT, EQUAL, SURVIVED, Mutant, summary
from sparrow_ecg.sim.mutation.reasons import Reason, explained, load
from sparrow_ecg.sim.verbs.mutate import judge

FOUND = [
    Mutant(0, "inv", "a.$1", "Y[0]", "a.b[0]", "hw/core/tree.py:1", CAUGHT),
    Mutant(1, "inv", "a.$2", "Y[0]", "", "hw/core/tree.py:2", SURVIVED),
    Mutant(2, "const0", "a.$3", "B[1]", "", "hw/core/tree.py:3", EQUAL),
]
REASON = Reason("tree", r"inv a\.\$2 ", "nobody looks")


def test_a_survivor_has_its_reason():
    why = explained([REASON, Reason("other", "inv", "")], "tree", FOUND, whole=True)
    assert why == {1: "nobody looks"}
    counts = summary(FOUND, why)
    assert (counts["survive"], counts["argued"], counts["caught"], counts["proven_equal"]) == (1, 1, 1, 1)
    assert [each["reason"] for each in counts["survivors"]] == ["nobody looks"]
    assert summary(FOUND)["argued"] == 0


@pytest.mark.parametrize(
    ("pattern", "message"), [("inv", "but is caught"), ("const0", "remove it"), ("cnot", "remove it")]
)
def test_a_wrong_reason_is_an_error(pattern, message):
    with pytest.raises(VerificationError, match=message):
        explained([Reason("tree", pattern, "")], "tree", FOUND, whole=True)


def test_part_of_a_design_needs_no_reason():
    assert explained([Reason("tree", "cnot", "")], "tree", FOUND, whole=False) == {}


@pytest.mark.parametrize(
    ("tried", "caught", "equal", "survive", "argued", "message"),
    [
        (1000, 900, 100, 0, 0, ""),
        (1000, 895, 100, 5, 5, ""),
        (1000, 895, 100, 5, 4, "1 mutants survive, and nothing says why"),
        (1000, 880, 100, 20, 20, "97.78 %"),
    ],
)
def test_when_mutate_fails(tried, caught, equal, survive, argued, message):
    total = {"tried": tried, "caught": caught, "proven_equal": equal, "survive": survive, "argued": argued}
    if not message:
        judge(total)
        return
    with pytest.raises(VerificationError, match=message):
        judge(total)


def test_reasons_are_of_designs():
    assert {reason.design for reason in load()} <= set(DESIGNS)
