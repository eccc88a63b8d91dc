"""Energy per beat of a design on real beats: choose beats, run them, and add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import average
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity
from sparrow_ecg.sim.gates.energy.power import KINDS, Meter, MeteredEnergy, add
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.timing import Timing
from sparrow_ecg.sim.gates.run.gatesim import SLEEP, GateSimulator, Run

STEP = 0.0025  # of a clock period: the unit of delays, in the longest path


@dataclass(frozen=True)
class Measured:
    """parts: with glitches, by what the design is at: see the simulator's ``pieces``. still: without glitches.
    beats: a fraction where some of their cycles were looked at.
    """

    beats: float
    parts: dict[str, MeteredEnergy]
    still: dict[str, MeteredEnergy]
    settled: float

    @property
    def energy(self) -> MeteredEnergy:
        return add(list(self.parts.values()))

    @property
    def zero_delay(self) -> MeteredEnergy:
        return add(list(self.still.values()))


def step_of(timing: Timing) -> float:
    """The unit of delays, in ns."""
    return max(timing.period * STEP, 1e-4)


class Mismatch(Exception):
    """The netlist does not compute what the golden model computes."""


def check(design: Design, counts: np.ndarray, delayed: bool = False) -> tuple[Run, int]:
    """Run every beat on the netlist: what it says, and how many beats differ from the golden model in class, any
    potential or cycles. delayed: with the delays of all cells, those of a clock tree that is built among them.
    """
    timing = design.timing
    run = design.simulator.run(counts, timing.delays, step_of(timing)) if delayed else design.simulator.run(counts)
    trace = design.build.golden(counts)
    same = (run.classes == trace.classes) & (run.potentials == trace.outputs).all(axis=1)
    same &= run.cycles == design.build.cycles(trace)
    return run, int((~same).sum())


def energy(
    design: Design, counts: np.ndarray, wires: float = 1.0, progress: Callable[[int], None] = lambda beats: None
) -> Measured:
    """Energy of these beats, in this order, each after the one before it."""
    if not len(counts):
        raise InputError("no beats to measure: choose a split or records that have some")
    simulator, timing = design.simulator, design.timing
    step = step_of(timing)
    parts: dict[str, list[MeteredEnergy]] = defaultdict(list)
    still: dict[str, list[MeteredEnergy]] = defaultdict(list)
    settled = 0.0
    for piece in simulator.pieces(counts, timing.delays, step):
        settled = max(settled, piece.settled)
        meter = Meter(design.netlist, timing, NetActivity(piece.snapshots), wires)
        for kept, moves in ((still, None), (parts, piece.moves)):
            found = meter.energy(moves)
            if piece.part == SLEEP:  # nothing moves in what has no supply, though the simulation plays noise there
                found = found.without(design.build.core_path[-1])
            kept[piece.part].append(found)
        progress(piece.beats)
    with_glitches, without = ({name: add(each) for name, each in found.items()} for found in (parts, still))
    return Measured(len(counts), with_glitches, without, settled)


def sampled(
    design: Design, counts: np.ndarray, every: int, progress: Callable[[int], None] = lambda beats: None
) -> Measured:
    """As `energy` of a core, of each so manieth stretch of cycles: the others are taken to cost as much."""
    design.__dict__["simulator"] = GateSimulator(design.netlist, design.build, every=every)
    found = energy(design, counts, progress=progress)
    cycles = design.build.cycles(design.build.golden(counts)) + design.build.config.rest
    return replace(found, beats=found.energy.cycles / float(cycles.mean()))


def annotated(design: Design) -> float:
    """Share of the netlist's nets whose value the simulation computes."""
    netlist, functions = design.netlist, design.simulator.functions.of_cell
    known = {net for bits in netlist.inputs.values() for net in bits}
    for instance in netlist.instances:
        roles = functions[instance.cell.name]
        known |= {net for pin, net in instance.pins.items() if pin in roles}
    used = {net for instance in netlist.instances for net in instance.pins.values() if net > 1}
    return len(known & used) / max(len(used), 1)


def check_constraints(design: Design) -> None:
    """Raise InputError, in one line, when a design violates what `netlist.checks` look at."""
    if design.library and (found := design.violations):
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise InputError(
            f"{design.network.name} on {design.library.pdk.name} cannot work at {design.clock_mhz:g} MHz:"
            f" {found[0]}{more}. There is no power to report; --despite-violations shows it, marked as such"
        )


def check_clock(design: Design, clock_mhz: float) -> None:
    """Raise InputError when the design cannot follow a clock."""
    if clock_mhz > design.timing.fmax_mhz:
        raise InputError(
            f"clock {clock_mhz:g} MHz is faster than the longest path allows, {design.timing.fmax_mhz:.1f} MHz:"
            " there is no power to report at it"
        )


def summary(design: Design, measured: Measured, clock_mhz: float, hot: Library | None = None) -> dict[str, Any]:
    """Energy per beat, JSON-ready, in nJ; powers in nW. hot: see `average.leakage`."""
    check_clock(design, clock_mhz)
    whole, zero, beats = measured.energy, measured.zero_delay, measured.beats
    seconds = whole.cycles / beats / (clock_mhz * 1e6)

    def split(energy: MeteredEnergy) -> dict[str, float]:
        shares = {kind: energy.total(kind) / beats * 1e-6 for kind in KINDS[:3]}
        share = energy.cycles / max(whole.cycles, 1)
        return shares | {"leakage": whole.leakage_nw * seconds * share}

    def per_block() -> dict[str, dict[str, float]]:
        found = {}
        for block in sorted(whole.blocks.keys() | whole.leakage.keys()):
            kinds = {kind: whole.blocks.get(block, {}).get(kind, 0.0) / beats * 1e-6 for kind in KINDS[:3]}
            found[block] = kinds | {"leakage": whole.leakage.get(block, 0.0) * seconds}
        return dict(sorted(found.items(), key=lambda item: -sum(item[1].values())))

    total = sum(split(whole).values())
    leaks = average.leakage(whole.leakage_nw, design.netlist, hot)
    return {
        "average_nw": average.at_heart_rate(total - split(whole)["leakage"], leaks),
        "energy_per_beat_nj": total,
        "energy_split_nj": split(whole),
        "energy_without_glitches_nj": sum(split(zero).values()),
        "split_without_glitches_nj": split(zero),
        "clock_tree_nj": whole.tree / beats * 1e-6,
        "blocks_nj": per_block(),
        "layers_nj": {name: split(part) for name, part in measured.parts.items()},
        "cells_nj": {
            name: value / beats * 1e-6 for name, value in sorted(whole.cells.items(), key=lambda item: -item[1])[:20]
        },
        "energy_per_synapse_pj": total * 1e3 / design.network.synapses,
        "cycles_per_beat": whole.cycles / beats,
        "settled_ns": measured.settled,
        "clock_mhz": clock_mhz,
        "leakage_nw": leaks,
    }
