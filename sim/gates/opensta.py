"""OpenSTA beside our own timing and power: the same netlist, library, constraints, wires, and activity in every pin.

`compare` leaves the files that it read, for whoever wants to go on by hand. Tested with 2.0.17 (Debian's), which takes
clocks behind clock gates for such as always run; from 2.5 on, by its source, it has them as they are annotated. Energy
inside cells follows other rules there, of which 2.0.17 counts a toggle twice: docs/ENERGY.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy.measurement import step_of
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity, count
from sparrow_ecg.sim.gates.energy.power import Meter, add
from sparrow_ecg.sim.gates.netlist.netlist import ONE, Netlist, verilog
from sparrow_ecg.sim.gates.netlist.timing import End
from sparrow_ecg.sim.gates.netlist.wires import OUTPUT_LOAD, capacitances
from sparrow_ecg.sim.tools import BuildError, run_tool

PROGRAM, OLDEST = "sta", (2, 5)  # the latter: that has gated clocks as they are annotated
SUPPLY = "VPWR"  # of SkyWater, whose files do not say which supply a table is of: without one it is one of 0 V
FEMTO = 1e-15
NEAR_NS, NEAR_SLACK, NEAR_POWER = 0.03, 0.01, 0.05  # and of the longest path; of a power
MOVES = """proc moves {activity duty names} {
  set pins [get_pins $names]
  if {[catch {set_power_activity -pins $pins -activity $activity -duty $duty}]} {
    foreach pin $pins { sta::set_power_pin_activity $pin $activity $duty }
  }
}"""  # in 2.0.17 the former calls what is not there


@dataclass(frozen=True)
class Activity:
    """Of every net: toggles a cycle, glitches included, and the share of time in which it is high. float64[nets].

    ours: fJ a cycle of what OpenSTA has rows for (its switching is of nets that a cell drives), and leakage in nW.
    """

    toggles: np.ndarray
    duty: np.ndarray
    ours: dict[str, float]


@dataclass(frozen=True)
class Row:
    """A figure, by us and by OpenSTA. near: whether they agree; None where they need not."""

    name: str
    unit: str
    ours: float
    theirs: float
    near: bool | None


def activity(design: Design, counts: np.ndarray) -> Activity:
    """Of these beats, played on the netlist with delays; integers[beats, inputs]."""
    netlist, timing = design.netlist, design.timing
    toggles, high, phases, parts = np.zeros(netlist.nets), np.zeros(netlist.nets), 0, []
    for piece in design.simulator.pieces(counts, timing.delays, step_of(timing)):
        seen = NetActivity(piece.snapshots)
        parts.append(Meter(netlist, timing, seen).energy(piece.moves))
        toggles += np.add(*piece.moves)
        high += count(seen.now & seen.mask)
        phases += seen.phases
    whole = add(parts)
    each = 0.5 * design.netlist.library.voltage**2 * np.array(capacitances(netlist)) * toggles
    driven = float(each[list(netlist.drivers)].sum())
    tree = 0.0 if netlist.clocked else whole.tree  # an estimate, of cells that are not there
    internal = whole.total() - tree - float(each.sum())
    ours = {"switching": driven / whole.cycles, "internal": internal / whole.cycles, "leakage": whole.leakage_nw}
    return Activity(toggles / whole.cycles, high / max(phases, 1), ours)


def files(design: Design, seen: Activity) -> dict[str, str]:
    """By name, what OpenSTA reads; ``run.tcl`` reads the others."""
    library, netlist = design.library, design.netlist
    assert library
    cells = {f"cells_{k}.lib": _cells(path) for k, path in enumerate(library.paths)}
    run = [
        *(f"read_liberty {name}" for name in cells),
        "read_verilog netlist.v",
        "link_design core",
        "source constraints.sdc",
        "read_spef wires.spef",
        "source activity.tcl",
        "report_checks -path_delay max -digits 5 -format end -group_count 100000",
        "report_checks -path_delay min -digits 5 -format end -group_count 100000",
        "report_power -digits 6",
        "exit",
    ]
    return cells | {
        "netlist.v": verilog(netlist),
        "constraints.sdc": _constraints(design),
        "wires.spef": "\n".join(_wires(netlist)) + "\n",
        "activity.tcl": "\n".join(_activity(netlist, seen)) + "\n",
        "run.tcl": "\n".join(run) + "\n",
    }


def version() -> str:
    """Raises InputError without OpenSTA."""
    try:
        return run_tool([PROGRAM, "-version"], Path.cwd()).strip()
    except FileNotFoundError:
        raise InputError(f"no {PROGRAM} on PATH: build OpenSTA, or on Debian `apt install opensta`") from None


def compare(design: Design, counts: np.ndarray, folder: Path) -> list[Row]:
    """Slacks, and power in these beats, integers[beats, inputs]; what OpenSTA reads is written into ``folder``."""
    if design.build.config.power_gated:
        raise InputError("OpenSTA knows no supply that is switched: compare the core without power gating")
    old = tuple(map(int, re.findall(r"\d+", version())))[:2] < OLDEST
    seen = activity(design, counts)
    for name, text in files(design, seen).items():
        write_atomic(folder / name, text)
    told = run_tool([PROGRAM, "-exit", "run.tcl"], folder)
    return [*_slacks(design, told), *_powers(design, seen, told, old)]


def _slacks(design: Design, told: str) -> Iterator[Row]:
    """The worst of setup and of hold, and where the two differ most: recovery and removal count as such, too."""
    numbers = _numbers(design.netlist)
    outside = {net: name for name, net in _ports(design.netlist.outputs)}
    ends = {
        f"u{numbers[id(end.instance)]}/{end.pin}" if end.instance else outside[end.net]: end
        for end in design.timing.ends
    }
    reports = [part.split("Group ")[0] for part in told.split("Endpoint")[1:3]]
    room = NEAR_NS + NEAR_SLACK * design.timing.period
    for k, (name, slack) in enumerate((("setup", End.setup), ("hold", End.hold))):
        report = "".join(reports[k : k + 1])
        theirs: dict[str, float] = {}
        for end, value in re.findall(r"^(\S+) \(.*\) .* (-?[\d.]+) \(\w+\)$", report, re.M):
            theirs[end] = min(float(value), theirs.get(end, inf))
        known = ((end, float(slack(ends[end], design.constraints))) for end in theirs if end in ends)
        ours = {end: value for end, value in known if value < inf}  # we ask no hold of outputs
        if not ours:
            raise BuildError(f"{PROGRAM} told no slack of {name}", told)
        far = max(ours, key=lambda end: abs(ours[end] - theirs[end]))
        for text, one, other in (
            (f"worst slack of {name}, {len(ours)} ends", min(ours.values()), min(theirs[end] for end in ours)),
            (f"slack of {name} that differs most, {far}", ours[far], theirs[far]),
        ):
            yield Row(text, "ns", one, other, abs(one - other) <= room)


def _powers(design: Design, seen: Activity, told: str, old: bool) -> Iterator[Row]:
    total = re.search(r"^Total +(\S+) +(\S+) +(\S+)", told, re.M)
    if not total:
        raise BuildError(f"{PROGRAM} told no power", told)
    internal, switching, leakage = (float(watt) * 1e9 for watt in total.groups())
    gated = any(instance.cell.gate for instance in design.netlist.instances)
    to_nw = FEMTO / (design.constraints.period * 1e-9) * 1e9  # of fJ a cycle
    for name, ours, theirs in (
        ("switching", seen.ours["switching"] * to_nw, switching),
        ("internal", seen.ours["internal"] * to_nw, internal),
        ("leakage", seen.ours["leakage"], leakage),
    ):
        alike = name != "internal" and not (old and gated)
        yield Row(name, "nW", ours, theirs, abs(ours / theirs - 1) <= NEAR_POWER if alike else None)


def _cells(path: Path) -> str:
    """The library without wires of its own, and with the supply that a table is of."""
    text = re.sub(r"default_wire_load\s*:[^;]*;", "", path.read_text())
    if "related_pg_pin" in text or SUPPLY not in text:
        return text
    return re.sub(r"internal_power\s*\(\s*\)\s*\{", f'internal_power () {{ related_pg_pin : "{SUPPLY}";', text)


def _constraints(design: Design) -> str:
    netlist, asked = design.netlist, design.constraints
    data = " ".join(name for name, net in _ports(netlist.inputs) if net != netlist.clock)
    text = asked.sdc().replace("[all_inputs -no_clocks]", f"[get_ports {{{data}}}]")  # which 2.0.17 does not know
    if not netlist.clocked:  # the clock is ideal, as in our own timing
        text = text.replace("set_propagated_clock", f"set_clock_transition {asked.slew:g}")
    wires = _wire(netlist)
    outside = {net: name for name, net in _ports(netlist.outputs)}
    driven = (f"set_load {OUTPUT_LOAD + wires[net]:g} [get_ports {{{name}}}]" for net, name in outside.items())
    return "\n".join(["set_cmd_units -time ns -capacitance fF", text, *driven, ""])


def _wires(netlist: Netlist) -> Iterator[str]:
    """SPEF: of each net that stays inside, its capacitance, at its driver, and no resistance."""
    yield from (
        '*SPEF "IEEE 1481-1998"',
        '*DESIGN "core"',
        *(f'*{each} ""' for each in ("DATE", "VENDOR", "PROGRAM", "VERSION", "DESIGN_FLOW")),
        "*DIVIDER /",
        "*DELIMITER :",
        "*BUS_DELIMITER [ ]",
        *(f"*{unit}" for unit in ("T_UNIT 1 NS", "C_UNIT 1 FF", "R_UNIT 1 OHM", "L_UNIT 1 HENRY")),
    )
    numbers, wires = _numbers(netlist), _wire(netlist)
    outside = {net for _, net in _ports(netlist.outputs)}
    for net, driver in netlist.drivers.items():
        if net in outside or net <= ONE:
            continue
        (source,) = (
            pin for pin, at in driver.pins.items() if at == net and driver.cell.pins[pin].direction == "output"
        )
        root = f"u{numbers[id(driver)]}:{source}"
        sinks = [f"u{numbers[id(instance)]}:{pin}" for instance, pin in netlist.sinks[net]]
        yield from (f"*D_NET n{net} {wires[net]:g}", "*CONN", f"*I {root} O", *(f"*I {sink} I" for sink in sinks))
        yield from ("*CAP", f"1 {root} {wires[net]:g}", "*RES")
        yield from (f"{k} {root} {sink} 0" for k, sink in enumerate(sinks, 1))
        yield "*END"


def _activity(netlist: Netlist, seen: Activity) -> Iterator[str]:
    """Of every pin, that of its net; of the input ports, but for the clock's, too."""
    yield MOVES
    pins = defaultdict(list)
    for k, instance in enumerate(netlist.instances):
        for pin, net in instance.pins.items():
            pins[net].append(f"u{k}/{pin}")
    for net, names in pins.items():
        yield f"moves {seen.toggles[net]:.6f} {seen.duty[net]:.6f} {{{' '.join(names)}}}"
    for name, net in _ports(netlist.inputs):
        if net != netlist.clock:
            yield (
                f"set_power_activity -input_ports {{{name}}}"
                f" -activity {seen.toggles[net]:.6f} -duty {seen.duty[net]:.6f}"
            )


def _ports(group: Mapping[str, list[int]]) -> Iterator[tuple[str, int]]:
    """Bits of ports, by name, and their nets."""
    for name, bits in group.items():
        yield from ((f"{name}[{k}]" if len(bits) > 1 else name, net) for k, net in enumerate(bits))


def _wire(netlist: Netlist) -> list[float]:
    """fF of the wire of each net."""
    return [whole - pins for whole, pins in zip(capacitances(netlist), capacitances(netlist, 0), strict=True)]


def _numbers(netlist: Netlist) -> dict[int, int]:
    """What `verilog` calls instances."""
    return {id(instance): k for k, instance in enumerate(netlist.instances)}
