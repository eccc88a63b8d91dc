"""What is violated is found, and mended where it can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sparrow_ecg.sim.gates.netlist.checks import violations
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.repair import HOLD, LIMITS, mend
from sparrow_ecg.sim.gates.netlist.timing import analyse
from tests.support.cells import libraries
from tests.support.wired import CLK, DATA, wired


def kinds(netlist, constraints) -> set[str]:
    return {violation.check for violation in violations(netlist, analyse(netlist), constraints)}


@libraries("sky130")
@pytest.mark.parametrize("inputs", [0.0, 0.2])
def test_inputs_at_the_edge_need_delays(library, inputs):
    netlist = wired(
        library,
        [
            ("clkbuf_4", {"A": CLK, "X": 4}),
            ("dfxtp_1", {"CLK": 4, "D": DATA, "Q": 5}),
            ("dfxtp_1", {"CLK": 4, "D": 5, "Q": 6}),
        ],
        6,
    )
    asked = replace(Constraints.of(library.pdk, 100.0), inputs=(inputs, 0.2))
    assert kinds(netlist, asked) == ({"hold"} if inputs == 0 else set())
    mended = mend(netlist, [library], asked, HOLD)
    assert not kinds(mended, asked)
    added = [i for i in mended.instances if i.cell.name == library.pdk.delay]
    assert bool(added) == (inputs == 0)
    assert all(i.pins["A"] == DATA or i.name in {a.name for a in added} for i in added)
    second = next(i for i in mended.instances if i.name == "u2")
    assert second.pins["D"] == 5  # a path that was right is left alone


@libraries("sky130")
def test_a_weak_driver_becomes_a_stronger_one(library):
    """An inverter of the weakest kind for 80 others."""
    sinks = [("inv_4", {"A": 4, "Y": 5 + k}) for k in range(80)]
    netlist = wired(library, [("inv_1", {"A": DATA, "Y": 4}), *sinks], 5)
    asked = Constraints.of(library.pdk, 4.0)
    assert {"max_capacitance", "max_transition"} <= kinds(netlist, asked)
    mended = mend(netlist, [library], asked, LIMITS)
    assert not kinds(mended, asked)
    assert [i.cell.name for i in mended.instances[1:81]] == [i.cell.name for i in netlist.instances[1:]]


@libraries("ihp130")
def test_fan_out(library):
    """IHP's library allows eight pins for each output."""
    from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist

    cell = library.cells["sg13g2_inv_1"]
    cells = [Instance(f"u{k}", cell, {"A": 3 if k == 0 else 4, "Y": 4 + k}, "top") for k in range(21)]
    netlist = Netlist(library, 25, cells, {"clk": [2], "data": [3]}, {"out": [5]}, {})
    asked = Constraints.of(library.pdk, 4.0)
    assert kinds(netlist, asked) == {"max_fanout"}
    mended = mend(netlist, [library], asked, LIMITS)
    assert not kinds(mended, asked)
    for instance in mended.instances[1:21]:  # each still hangs on the first
        net = instance.pins["A"]
        while net != 4:
            net = mended.drivers[net].data_inputs[0]


@libraries("sky130")
def test_what_cannot_be_mended_is_told(library):
    """A path that is too long for the period."""
    netlist = wired(
        library,
        [
            ("dfxtp_1", {"CLK": CLK, "D": DATA, "Q": 4}),
            ("inv_1", {"A": 4, "Y": 5}),
            ("dfxtp_1", {"CLK": CLK, "D": 5, "Q": 6}),
        ],
        6,
    )
    asked = replace(Constraints.of(library.pdk, 4000.0), inputs=(0.9, 0.9))
    found = violations(netlist, analyse(netlist), asked)
    assert {"setup"} <= {violation.check for violation in found}
    worst = min((v for v in found if v.where == "u2/D"), key=lambda v: v.value)
    assert str(worst).startswith("setup at tt_025C_1v80, u2/D: -")
