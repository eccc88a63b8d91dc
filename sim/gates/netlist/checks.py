"""What a netlist has to keep: setup, hold, and the library's limits of load, transition and fan-out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.netlist import ONE, Instance, Netlist
from sparrow_ecg.sim.gates.netlist.timing import End, Timing
from sparrow_ecg.sim.gates.netlist.wires import capacitances

ROUNDING = 1e-6


@dataclass(frozen=True)
class Violation:
    """check: setup, hold, recovery, removal, output, max_capacitance, max_transition or max_fanout.

    where: a pin; value and limit: ns, fF or sinks. Of setup and hold, the value is the slack, and the limit 0.
    """

    check: str
    corner: str
    where: str
    net: int
    value: float
    limit: float

    def __str__(self) -> str:
        return f"{self.check} at {self.corner}, {self.where}: {self.value:.3f}, limit {self.limit:.3f}"


def violations(netlist: Netlist, timing: Timing, constraints: Constraints) -> list[Violation]:
    return [*_slack(netlist, timing, constraints), *limits(netlist, timing)]


def _slack(netlist: Netlist, timing: Timing, constraints: Constraints) -> Iterator[Violation]:
    for end in timing.ends:
        late = "removal" if end.check == "recovery" else "hold"
        for check, slack in ((end.check, end.setup(constraints)), (late, end.hold(constraints))):
            if slack < -ROUNDING:
                yield Violation(check, netlist.library.corner, name(netlist, end), end.net, float(slack), 0.0)


def name(netlist: Netlist, end: End) -> str:
    if end.instance:
        return f"{end.instance.name}/{end.pin}"
    return next(port for port, bits in netlist.outputs.items() if end.net in bits)


def limits(netlist: Netlist, timing: Timing) -> Iterator[Violation]:
    """Of every net: its load, its fan-out, and the transition that its driver and its sinks allow."""
    loads, corner = capacitances(netlist), netlist.library.corner
    for net, sinks in enumerate(netlist.sinks):
        driver = netlist.drivers.get(net)
        if net <= ONE or not (driver or sinks):
            continue
        pin = next((p for p in driver.cell.outputs if driver.pins.get(p.name) == net), None) if driver else None
        where = f"{driver.name}/{pin.name}" if driver and pin else "input"
        fan_out = sum(instance.cell.pins[name].sinks for instance, name in sinks)
        slew = max(timing.slews[net])
        fastest = min((i.cell.pins[name].most_transition for i, name in sinks), default=inf)
        found = [("max_transition", slew, min(fastest, pin.most_transition if pin else inf))]
        if pin:
            found += [("max_capacitance", loads[net], pin.most_load), ("max_fanout", fan_out, pin.most_sinks)]
        for check, value, limit in found:
            if value > limit + ROUNDING:
                yield Violation(check, corner, where, net, float(value), float(limit))


def clock_pins(netlist: Netlist) -> Iterator[tuple[Instance, str, int]]:
    """Of flip-flops: instance, pin, net."""
    for instance in netlist.flip_flops:
        for pin in instance.cell.inputs:
            if pin.clock and pin.name in instance.pins:
                yield instance, pin.name, instance.pins[pin.name]
