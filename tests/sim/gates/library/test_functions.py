"""Liberty functions against truth tables written out here."""

from __future__ import annotations

from itertools import product

import pytest

from sparrow_ecg.sim.gates.library.functions import names, parse

CASES = {
    "!A": lambda A, B, C: not A,
    "A'": lambda A, B, C: not A,
    "(A B)'": lambda A, B, C: not (A and B),
    "A B + C": lambda A, B, C: (A and B) or C,
    "A+B*C": lambda A, B, C: A or (B and C),
    "A & B ^ C": lambda A, B, C: A and (B != C),  # ^ binds tighter than &
    "!A ^ B | C": lambda A, B, C: ((not A) != B) or C,
    "(!A&!B) | (!C)": lambda A, B, C: (not A and not B) or not C,
    "A !B": lambda A, B, C: A and not B,
    "A (B + C)'": lambda A, B, C: A and not (B or C),
}


@pytest.mark.parametrize("function", CASES)
def test_truth_table(function):
    for A, B, C in product((False, True), repeat=3):
        words = {"A": -int(A), "B": -int(B), "C": -int(C)}
        assert eval(parse(function).format(**words)) == -int(CASES[function](A, B, C))


def test_names_and_constants():
    assert names("(A & !B) | A | 1") == ["A", "B"]
    assert parse("1").format(c1="ones") == "ones"


@pytest.mark.parametrize("function", ["A &", "(A", "A)", "A @ B", "", "!"])
def test_what_is_no_function(function):
    with pytest.raises(ValueError, match="Liberty function"):
        parse(function)
