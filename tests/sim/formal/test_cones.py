from __future__ import annotations

import pytest

from sparrow_ecg.sim.formal.cones import FLIP_FLOP, Cones, Gate
from sparrow_ecg.sim.tools import BuildError


def cell(kind: str, **pins: int) -> dict:
    return {"type": kind, "connections": {pin: [bit] for pin, bit in pins.items()}}


def module(**cells: dict) -> dict:
    ports = {"clk": ("input", 2), "a": ("input", 3), "y": ("output", 9)}
    return {
        "ports": {name: {"direction": direction, "bits": [bit]} for name, (direction, bit) in ports.items()},
        "netnames": {"held": {"hide_name": 0, "bits": [8]}},
        "cells": cells,
    }


def test_a_gate_is_its_truth_table_over_nets():
    assert Gate("A & !B", {"A": "5", "B": "6"}).ones == [(1, 0)]
    assert Gate("A & !B", {"A": "5", "B": "5"}).ones == []  # both pins on one net
    assert Gate("1", {}).ones == [()]


def test_flip_flops_are_cut_and_what_is_behind_inverters_is_found():
    cones = Cones(
        module(register=cell(FLIP_FLOP, C=2, D=3, Q=8), first=cell("$_NOT_", A=8, Y=7), second=cell("$_NOT_", A=7, Y=9))
    )
    (held,) = cones.flip_flops
    assert (held.state, held.next, str(held)) == ("8", "3", "held[0]")
    assert cones.inputs == {"a[0]": "3"}
    assert cones.origin("7") == ("8", True)
    assert cones.origin("9") == ("8", False)


def test_a_clock_that_is_not_clk_is_refused():
    with pytest.raises(BuildError, match="the clock of a flip-flop comes from net 3"):
        Cones(module(register=cell(FLIP_FLOP, C=3, D=3, Q=8)))


def test_a_cell_that_is_not_known_is_refused():
    with pytest.raises(BuildError, match="latch is a"):
        Cones(module(latch=cell("$_DLATCH_P_", E=2, D=3, Q=8)))


def test_what_clears_and_the_edge_are_of_a_flip_flop():
    (found,) = Cones(module(register=cell("$_DFF_NN0_", C=2, D=8, R=3, Q=8), out=cell("$_BUF_", A=8, Y=9))).flip_flops
    assert (found.rising, found.preset) == (False, "0")
    assert found.clear == "reset$register"


@pytest.mark.parametrize(
    ("kind", "pins", "why"),
    [
        ("$_DFF_PP0_", {"C": 2, "D": 3, "R": 7, "Q": 8}, "set or cleared by net 7, which is no port"),
        ("$_DFF_P_", {"C": 7, "D": 3, "Q": 8}, "comes from net 7"),
    ],
)
def test_logic_before_a_clock_or_reset_is_refused(kind: str, pins: dict[str, int], why: str):
    with pytest.raises(BuildError, match=why):
        Cones(module(logic=cell("$_AND_", A=3, B=8, Y=7), register=cell(kind, **pins)))
