"""One netlist at several corners of its library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.checks import Violation, clock_pins, violations
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.netlist.timing import Timing, analyse


@dataclass(frozen=True, eq=False)
class Corner:
    """A netlist at a corner. Slacks, latencies and slews in ns."""

    netlist: Netlist
    timing: Timing
    violations: list[Violation]
    constraints: Constraints

    @property
    def latencies(self) -> tuple[float, float]:
        """Of the clock at flip-flops, the shortest and the longest."""
        found = [self.timing.arrivals[net][0] for *_, net in clock_pins(self.netlist)]
        return min(found, default=0.0), max(found, default=0.0)

    def describe(self) -> dict[str, Any]:
        """JSON-ready."""
        ends = self.timing.ends
        shortest, longest = self.latencies
        clocks = [max(self.timing.slews[net]) for net in self.netlist.clock_nets]
        return {
            "corner": self.netlist.library.corner,
            "setup_slack_ns": float(min(end.setup(self.constraints) for end in ends)),
            "hold_slack_ns": float(min(end.hold(self.constraints) for end in ends)),
            "shortest_period_ns": float(max(end.shortest(self.constraints) for end in ends)),
            "clock_latency_ns": longest,
            "clock_skew_ns": longest - shortest,
            "clock_slew_ns": max(clocks, default=0.0),
            "violations": dict(Counter(violation.check for violation in self.violations)),
        }


def at(netlist: Netlist, library: Library) -> Netlist:
    """The same with the cells of another corner."""
    cells = [replace(instance, cell=library.cells[instance.cell.name]) for instance in netlist.instances]
    return replace(netlist, library=library, instances=cells)


def examine(
    netlist: Netlist, libraries: Sequence[Library], constraints: Constraints, wires: float = 1.0
) -> list[Corner]:
    """At each corner."""
    found = []
    for library in libraries:
        there = netlist if library is netlist.library else at(netlist, library)
        timing = analyse(there, wires)
        found.append(Corner(there, timing, violations(there, timing, constraints), constraints))
    return found
