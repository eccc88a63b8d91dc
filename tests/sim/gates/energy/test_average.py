"""Leakage between two corners, and what a battery sees of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sparrow_ecg.sim.gates.energy.average import at_heart_rate, leakage
from sparrow_ecg.sim.gates.library.liberty import Cell, Library
from sparrow_ecg.sim.gates.library.pdks import PDKS
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist


def library(corner: str, **leakages: float) -> Library:
    cells = {name: Cell(name, 1.0, value, (), {}, None, None) for name, value in leakages.items()}
    return Library(PDKS["sky130"], corner, 1.8, cells, ())


COLD = library("tt_025C_1v80", a=1.0, b=3.0)
HOT = library("tt_100C_1v80", a=65.0, b=65.0)
NETLIST = Netlist(COLD, 2, [Instance("x", COLD.cells["a"], {}, "top")] * 3, {}, {}, {})


def test_leakage_grows_exponentially_between_the_corners():
    found = leakage(10.0, NETLIST, HOT)
    assert found["25"] == 10.0
    assert found["37"] == pytest.approx(10 * 65 ** (12 / 75))
    later = replace(HOT, cells={"a": replace(HOT.cells["a"], leakage=1.0)})
    assert leakage(10.0, NETLIST, later)["37"] == 10.0


def test_what_leaks_more_when_hot_is_weighed_by_how_much_of_it_there_is():
    both = replace(NETLIST, instances=[*NETLIST.instances, Instance("y", COLD.cells["b"], {}, "top")])
    assert leakage(6.0, both, HOT)["37"] == pytest.approx(6 * (4 * 65 / 6) ** (12 / 75))


def test_another_corner_is_told_by_its_name():
    cold = replace(NETLIST, library=library("ss_n40C_1v28", a=1.0))
    assert leakage(2.0, cold, None) == {"ss_n40C_1v28": 2.0}
    assert leakage(2.0, NETLIST, None) == {"25": 2.0}


def test_a_beat_every_0_8_s():
    assert at_heart_rate(4.0, {"25": 1.0, "37": 2.0}) == {"25": 6.0, "37": 7.0}
