"""From a mapped netlist to one that keeps its constraints, clock tree included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist import clock_tree
from sparrow_ecg.sim.gates.netlist.clock_tree import Position
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.netlist.repair import HOLD, LIMITS, mend


def close(
    netlist: Netlist,
    libraries: Sequence[Library],
    constraints: Constraints,
    positions: Mapping[str, Position] | None = None,
) -> Netlist:
    """Limits of the library kept in data nets, a clock tree, and hold mended. `corners.examine` tells what is left.
    libraries: the corners, of one PDK, the netlist's own first. positions: as of `clock_tree.build`.
    """
    netlist = mend(netlist, libraries, constraints, LIMITS)
    netlist = clock_tree.build(netlist, libraries, positions)
    return mend(netlist, libraries, constraints, HOLD)
