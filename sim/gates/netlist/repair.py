"""Mends what checks find in the nets of data: stronger drivers, buffers, and delays where data change too early."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.checks import Violation
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.corners import examine
from sparrow_ecg.sim.gates.netlist.draft import Draft, strengths
from sparrow_ecg.sim.gates.netlist.netlist import Netlist

ROUNDS = 12
LIMITS, HOLD = ("max_capacitance", "max_transition", "max_fanout"), ("hold", "removal")


def mend(netlist: Netlist, libraries: Sequence[Library], constraints: Constraints, checks: Sequence[str]) -> Netlist:
    """The netlist with as few changes as take away what violates these checks at any corner, as far as that can be:
    stronger drivers and buffers for `LIMITS`, delay cells before a pin for `HOLD`. Clock nets stay as they are.
    """
    for _ in range(ROUNDS):
        found: dict[tuple[str, int], Violation] = {}
        for corner in examine(netlist, libraries, constraints):
            for violation in corner.violations:
                if violation.check in checks and violation.net not in netlist.clock_nets:
                    found.setdefault((violation.where, violation.net), violation)
        draft = Draft(netlist)
        if not sum(_mend(draft, violation) for violation in found.values()):
            break
        netlist = draft.finish(netlist.clocked)
    return netlist


def _mend(draft: Draft, violation: Violation) -> bool:
    """Whether anything could be done."""
    pdk, cells = draft.library.pdk, draft.library.cells
    net, sinks = violation.net, list(draft.sinks[violation.net])
    if violation.check in HOLD:
        name, _, pin = violation.where.rpartition("/")
        draft.put(cells[pdk.delay], net, [(name, pin)], draft.instances[name].block)
        return True
    if net not in draft.drivers:
        return False
    driver = draft.instances[draft.drivers[net]]
    stronger = strengths(draft.library, driver.cell)[1:]
    if violation.check != "max_fanout" and stronger:
        draft.resize(driver.name, stronger[0])
        return True
    if len(sinks) < 2 or (violation.check == "max_fanout" and violation.limit < 2):
        return False
    groups = ceil(len(sinks) / violation.limit) if violation.check == "max_fanout" else 2
    share = ceil(len(sinks) / groups)
    for first in range(0, len(sinks), share):
        if (part := sinks[first : first + share])[1:]:
            draft.put(cells[pdk.buffer[0]], net, part, driver.block)
    return True
