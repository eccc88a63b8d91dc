"""Power of a core that is switched off between beats: what its netlist does, and what is assumed of its switches.

sky130_fd_sc_hd has isolation cells, but no power switch, and neither has another of our libraries: all that is said of
switches is an assumption, stated here and nowhere else. A switch is taken to be the p transistors of the library's
largest inverter between supply and domain: on, they have the resistance with which that inverter charges a load; off,
they leak what it does with its input high. As many stand side by side as let the supply drop no more than `drop` at
the busiest moment. They close in turn, `IN_TURN` at a time, each time through a buffer more, which is always on.

The range: `PESSIMISTIC` adds what was measured in silicon, 20 times less leakage for 4 % of speed behind a p switch in
100 nm (Tschanz et al., ISSCC 2003, doi 10.1109/ISSCC.2003.1234227), and rails, wells and insides of cells that
charge as much as all nets do. `OPTIMISTIC` charges the half of the nets that come up high, and spares switches, for a
core whose clock has time for slow gates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, log
from typing import Any

import numpy as np

from sparrow_ecg.hw.core.power import SUPPLY_CYCLES
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import average, measurement
from sparrow_ecg.sim.gates.energy.measurement import Measured
from sparrow_ecg.sim.gates.energy.power import MeteredEnergy, add
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.wires import capacitances
from sparrow_ecg.sim.gates.run.gatesim import SLEEP

IN_TURN = 4
BUSIEST = (
    2  # times the mean over its cycles is what the busiest part takes in one: a tree's layer has two, works in one
)


@dataclass(frozen=True)
class Assumed:
    """drop: share of the supply that is lost in the closed switches at the busiest moment.
    charge: what a wake-up charges, as a share of the capacitance of all nets of the domain.
    leaks:  what the domain leaks when it is off, at least, as a share of what it leaks when on.
    """

    drop: float
    charge: float
    leaks: float


TYPICAL = Assumed(drop=0.05, charge=1.0, leaks=0.0)
PESSIMISTIC = Assumed(drop=0.02, charge=2.0, leaks=1 / 20)
OPTIMISTIC = Assumed(drop=0.10, charge=0.5, leaks=0.0)


@dataclass(frozen=True)
class Switch:
    """One of those that stand side by side, with its share of a buffer. kohm: closed. off_nw: open, all of the supply
    across it. gate_ff: its gate.
    chain_nw: leakage of a buffer.
    """

    area: float
    kohm: float
    off_nw: float
    gate_ff: float
    chain_nw: float

    @staticmethod
    def of(library: Library) -> Switch:
        """Of a library's largest inverter, see above."""
        name, entry, output = library.pdk.inverter
        cell, buffer = library.cells[name], library.cells[library.pdk.buffer[0]]
        (arc,) = cell.pins[output].arcs
        table = arc.delay["rise"]
        near, far = table.loads[-2:]
        slope = (table.at(library.pdk.slew, far) - table.at(library.pdk.slew, near)) / (far - near)  # ns per fF
        off = next((value for when, value in cell.leakages if f"!{entry}" not in when), cell.leakage)
        gate = cell.pins[entry].capacitance + buffer.inputs[0].capacitance / IN_TURN
        return Switch(cell.area + buffer.area / IN_TURN, 1e3 * slope / log(2), off, gate, buffer.leakage / IN_TURN)


def summary(design: Design, measured: Measured, clock_mhz: float, hot: Library | None) -> dict[str, Any]:
    """Powers at 75 beats a minute by temperature, and what is in them, for each set of assumptions. JSON-ready.

    hot: see `average.leakage`.
    """
    library, netlist, domain = design.netlist.library, design.netlist, design.build.core_path[-1]
    switch = Switch.of(library)
    at_hot = Switch.of(hot) if hot else None
    whole = netlist.instances
    inside, outside = (
        replace(netlist, instances=[each for each in whole if (each.block == domain) == there])
        for there in (True, False)
    )
    capacitance = sum(
        load
        for net, load in enumerate(capacitances(netlist))
        if (driver := netlist.drivers.get(net)) and driver.block == domain
    )
    energy, asleep, beats = measured.energy, measured.parts[SLEEP], measured.beats
    awake = (energy.cycles - asleep.cycles) / beats / (clock_mhz * 1e6)  # s a beat
    always_on = average.leakage(asleep.leakage_nw, outside, hot)
    running = {name: part for name, part in measured.parts.items() if name != SLEEP}
    on = average.leakage(add(list(running.values())).leakage[domain], inside, hot)
    peak = BUSIEST * max(_per_cycle(part, domain) for part in running.values())
    current = peak / library.voltage / measured.settled * 1e-3  # fJ / V / ns = uA, in mA

    through = average.between(switch.off_nw, at_hot.off_nw / switch.off_nw if at_hot else None, library)
    buffered = average.between(switch.chain_nw, at_hot.chain_nw / switch.chain_nw if at_hot else None, library)

    def assume(assumed: Assumed) -> dict[str, Any]:
        switches = ceil(current * switch.kohm / (assumed.drop * library.voltage))
        off = {place: max(switches * through[place], assumed.leaks * on[place]) for place in on}
        chain = {place: switches * each for place, each in buffered.items()}
        charge = library.voltage**2 * (assumed.charge * capacitance + switches * switch.gate_ff) * 1e-6
        active = energy.total() * 1e-6 / beats + charge
        leaks = {
            place: always_on[place] + chain[place] + off[place] + average.HEART_HZ * awake * (on[place] - off[place])
            for place in on
        }
        return {
            "average_nw": average.at_heart_rate(active, leaks),
            "leakage_nw": leaks,
            "active_nj": active,
            "wake_up_nj": charge,
            "off_nw": off,
            "off_to_on": off[next(iter(off))] / on[next(iter(on))],
            "switches": switches,
            "switch_nw": chain,
            "switch_area_um2": switches * switch.area,
        }

    return {
        **assume(TYPICAL),
        "pessimistic": assume(PESSIMISTIC),
        "optimistic": assume(OPTIMISTIC),
        "always_on_nw": always_on,
        "on_nw": on,
        "awake_us": awake * 1e6,
        "domain_pf": capacitance * 1e-3,
        "peak_ma": current,
        "inrush_ma": capacitance * library.voltage / (SUPPLY_CYCLES / clock_mhz) * 1e-6,
    }


def beside(
    design: Design,
    measured: Measured,
    plain: Design,
    counts: np.ndarray,
    some: np.ndarray,
    clock_mhz: float,
    hot: Library | None,
) -> dict[str, Any]:
    """`summary` as ``gated``; as ``ungated`` the power of ``plain``, the same core without, on some of the counts."""
    always = measurement.summary(plain, measurement.energy(plain, counts[some]), clock_mhz, hot)
    return {
        "gated": summary(design, measured, clock_mhz, hot),
        "ungated": {name: always[name] for name in ("average_nw", "leakage_nw", "energy_per_beat_nj")},
        "mismatched_beats_ungated": measurement.check(plain, counts)[1],
    }


def _per_cycle(part: MeteredEnergy, domain: str) -> float:
    """fJ that the domain's gates take in a cycle."""
    taken = part.blocks.get(domain, {})
    return (taken.get("switching", 0.0) + taken.get("internal", 0.0)) / max(part.cycles, 1)
