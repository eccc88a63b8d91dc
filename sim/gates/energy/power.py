"""Energy of a gate-level run, from the library's tables and what each net did.

* Switching: ``C V^2 / 2`` for each toggle of a net, C from the pins and the estimate of `wires`.
* Internal: the library's tables at the transition of the cause and the load of the output. Where several inputs or
  conditions can be the cause of an output's toggle, those that were seen with it share it; with none, their average.
  A table with ``when`` counts where that holds; of a clock pin before the edge, else after it.
* Clock: the switching of clock nets, the internal energy of clock pins, all of the clock's gates and buffers; and where
  the netlist has no clock tree yet, an estimate of its buffers.
* Leakage: by state where the library tells, else its average.

Without ``moves`` delays are zero, and each net moves at most once a phase. With them, nets move as often as glitches
make them, and what they moved together with is taken from the run without.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from sparrow_ecg.sim.gates.energy.net_activity import NetActivity, count
from sparrow_ecg.sim.gates.library.functions import names as _names
from sparrow_ecg.sim.gates.library.liberty import Cell, Pin, Power, Table
from sparrow_ecg.sim.gates.netlist.netlist import CLOCK_BLOCK, TOP_BLOCK, Instance, Netlist
from sparrow_ecg.sim.gates.netlist.timing import EDGES, Timing, causes
from sparrow_ecg.sim.gates.netlist.wires import capacitances

KINDS = ("switching", "internal", "clock", "leakage")
SINKS_PER_BUFFER = 16  # of the estimated clock tree


@dataclass(frozen=True, eq=False)
class MeteredEnergy:
    """fJ of a run, by block and kind (switching, internal, clock); leakage is a power, in nW, by block.

    tree:   fJ of the clock tree's buffers, of the nets that drive them, or of their estimate: the block ``clock``.
    cycles: in which the clock rises, over all lanes.
    cells:  fJ without leakage, by type of cell.
    """

    blocks: dict[str, dict[str, float]]
    leakage: dict[str, float]
    tree: float
    cycles: float
    cells: dict[str, float]

    def total(self, kind: str | None = None) -> float:
        """fJ without leakage."""
        return sum(sum(kinds.values()) if kind is None else kinds.get(kind, 0.0) for kinds in self.blocks.values())

    @property
    def leakage_nw(self) -> float:
        return sum(self.leakage.values())

    def without(self, block: str) -> MeteredEnergy:
        """That of the other blocks; ``cells`` stays that of all."""
        blocks = {name: kinds for name, kinds in self.blocks.items() if name != block}
        leakage = {name: value for name, value in self.leakage.items() if name != block}
        return replace(self, blocks=blocks, leakage=leakage)


def add(parts: Sequence[MeteredEnergy]) -> MeteredEnergy:
    """Of parts of one run, or of several runs: energies add up, leakage is the mean over their cycles."""
    blocks: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    leakage: dict[str, float] = defaultdict(float)
    cells: dict[str, float] = defaultdict(float)
    cycles = sum(part.cycles for part in parts)
    for part in parts:
        for block, kinds in part.blocks.items():
            for kind, value in kinds.items():
                blocks[block][kind] += value
        for block, value in part.leakage.items():
            leakage[block] += value * part.cycles / max(cycles, 1)
        for name, value in part.cells.items():
            cells[name] += value
    return MeteredEnergy(
        {b: dict(k) for b, k in blocks.items()}, dict(leakage), sum(p.tree for p in parts), cycles, dict(cells)
    )


def _by_cell(netlist: Netlist) -> dict[tuple, list[Instance]]:
    """Instances of the same cell with the same pins connected."""
    groups: dict[tuple, list[Instance]] = defaultdict(list)
    for instance in netlist.instances:
        groups[instance.cell.name, tuple(sorted(instance.pins))].append(instance)
    return groups


@dataclass(frozen=True, eq=False)
class _Pins:
    """The same pin of instances of a cell. rise, fall: the mean fJ of an edge of its net in a run, by instance."""

    cell: str
    kind: str
    blocks: list[str]
    nets: np.ndarray
    rise: np.ndarray
    fall: np.ndarray


class Meter:
    """What each edge costs in a run, found once; from that, the energy with any number of edges."""

    def __init__(self, netlist: Netlist, timing: Timing, activity: NetActivity, wires: float = 1.0):
        self.netlist, self.activity, self.loads = netlist, activity, capacitances(netlist, wires)
        self.slews = {"rise": [rise for rise, _ in timing.slews], "fall": [fall for _, fall in timing.slews]}
        self.square = netlist.library.voltage**2
        self.leakage: dict[str, float] = defaultdict(float)
        self.pins = [pins for instances in _by_cell(netlist).values() for pins in self._cells(instances)]

    def energy(self, moves: tuple[np.ndarray, np.ndarray] | None = None) -> MeteredEnergy:
        """moves: rises and falls of every net, int64[nets]; by default those of the run."""
        seen = self.activity.toggles
        rises, falls = moves or seen
        blocks: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        cells: dict[str, float] = defaultdict(float)
        self._nets(rises, falls, blocks, cells)
        for pins in self.pins:
            energies = rises[pins.nets] * pins.rise + falls[pins.nets] * pins.fall
            cells[pins.cell] += float(energies.sum())
            for block, energy in zip(pins.blocks, energies.tolist(), strict=True):
                blocks[block][pins.kind] += energy
        cycles = int(seen[0][self.netlist.clock])
        tree = blocks[CLOCK_BLOCK]["clock"]
        return MeteredEnergy(
            {b: dict(kinds) for b, kinds in blocks.items()}, dict(self.leakage), tree, cycles, dict(cells)
        )

    def _nets(self, rises: np.ndarray, falls: np.ndarray, blocks: dict, cells: dict) -> None:
        """Switching of every net; that of clock nets goes to the blocks that they clock."""
        tree = 0.0
        energies = 0.5 * self.square * np.array(self.loads) * (rises + falls)
        for net, energy in enumerate(energies.tolist()):
            sinks = self.netlist.sinks[net]
            if net in self.netlist.clock_nets:
                for sink, _ in sinks:
                    blocks[sink.block]["clock"] += energy / len(sinks)
                tree += 0.0 if self.netlist.clocked else int(rises[net]) * self._tree(len(sinks), net)
            else:
                driver = self.netlist.drivers.get(net)
                blocks[driver.block if driver else TOP_BLOCK]["switching"] += energy
                cells[driver.cell.name if driver else "inputs"] += energy
        blocks[CLOCK_BLOCK]["clock"] += tree

    def _tree(self, sinks: int, net: int) -> float:
        """fJ a cycle of levels of buffers until one drives them all. The wires of the last level are the net's own."""
        pdk, cells = self.netlist.library.pdk, self.netlist.library.cells
        buffer = cells[pdk.clock_buffer]
        (entry,), (output,) = buffer.inputs, buffer.outputs
        per_sink, energy = self.loads[net] / max(sinks, 1), 0.0
        while sinks > SINKS_PER_BUFFER:
            buffers = ceil(sinks / SINKS_PER_BUFFER)
            load = per_sink * sinks / buffers
            tables = [table for p in output.powers for table in (p.rise, p.fall) if table]
            internal = sum(table.at(pdk.slew, load) for table in tables) / max(len(output.powers), 1)
            wire = per_sink - self.netlist.sinks[net][0][0].cell.pins[self.netlist.sinks[net][0][1]].capacitance
            energy += buffers * (internal + self.square * (entry.capacitance + max(wire, 0)))
            per_sink, sinks = entry.capacitance + max(wire, 0), buffers
        return energy

    def _cells(self, instances: list[Instance]) -> Iterator[_Pins]:
        """Energies of the edges of one cell's instances; their leakage is added up."""
        cell, blocks = instances[0].cell, [instance.block for instance in instances]
        pins = {name: np.array([i.pins[name] for i in instances]) for name in instances[0].pins}
        for block, leak in zip(blocks, self._leakage(cell, pins).tolist(), strict=True):
            self.leakage[block] += leak
        clocked = cell.gate is not None or set(instances[0].outputs) & self.netlist.clock_nets
        for pin in cell.pins.values():
            if pin.name in pins and pin.powers:
                kind = "clock" if clocked or (pin.clock and cell.sequential) else "internal"
                edges = self._output(pin, pins) if pin.direction == "output" else self._input(pin, pins)
                yield _Pins(cell.name, kind, blocks, pins[pin.name], *edges)

    def _input(self, pin: Pin, pins: dict[str, np.ndarray]) -> list[np.ndarray]:
        """For what a pin does, whatever the outputs do."""
        nets = pins[pin.name]
        found = [np.zeros(len(nets)) for _ in EDGES]
        edges = (self.activity.rises(nets), self.activity.falls(nets))
        for power, selected in self._selected(pin.powers, pins, before=pin.clock):
            for k, (name, events) in enumerate(zip(EDGES, edges, strict=True)):
                table: Table | None = getattr(power, name)
                if table:
                    found[k] += count(events & selected) * [table.at(self.slews[name][net], 0.0) for net in nets]
        return [total / np.maximum(count(events), 1) for total, events in zip(found, edges, strict=True)]

    def _output(self, pin: Pin, pins: dict[str, np.ndarray]) -> list[np.ndarray]:
        nets = pins[pin.name]
        by_cause: dict[str | None, list[Power]] = defaultdict(list)
        for power in pin.powers:
            if power.related is None or power.related in pins:
                by_cause[power.related].append(power)
        moved = {cause: self._moved(pins[cause]) if cause else self.activity.mask for cause in by_cause}
        found = []
        for name, edge in zip(EDGES, (self.activity.rises, self.activity.falls), strict=True):
            events = edge(nets)
            seen, weighed, plain, arcs = (np.zeros(len(nets)) for _ in range(4))
            for cause, powers in by_cause.items():
                for power, selected in self._selected(powers, pins, before=cause in self._clock_pins(pin)):
                    table: Table | None = getattr(power, name)
                    slews = self._cause_slews(pin, cause, name, pins[cause] if cause else nets)
                    each = np.array(
                        [table.at(s, self.loads[net]) if table else 0.0 for s, net in zip(slews, nets, strict=True)]
                    )
                    together = count(events & moved[cause] & selected)
                    seen += together
                    weighed += together * each
                    plain += each
                    arcs += 1
            found.append(np.where(seen > 0, weighed / np.maximum(seen, 1), plain / np.maximum(arcs, 1)))
        return found

    def _cause_slews(self, pin: Pin, cause: str | None, edge: str, nets: np.ndarray) -> list[float]:
        """Transition of what made an output rise or fall, of each instance."""
        arc = next((arc for arc in pin.arcs if arc.related == cause), None)
        edges = causes(arc, edge) if arc else EDGES
        return [sum(self.slews[each][net] for each in edges) / len(edges) for net in nets]

    def _moved(self, nets: np.ndarray) -> np.ndarray:
        return self.activity.rises(nets) | self.activity.falls(nets)

    def _clock_pins(self, pin: Pin) -> set[str]:
        return {arc.related for arc in pin.arcs if arc.kind in ("rising_edge", "falling_edge")}

    def _selected(self, powers: Sequence[Power], pins: dict[str, np.ndarray], before: bool):
        """Each table, and the words where its condition holds; one without is for where no other holds."""
        mask = self.activity.mask
        taken = np.zeros_like(mask)
        for power in powers:
            if power.when is not None and set(_names(power.when)) <= set(pins):
                words = self.activity.holds(power.when, pins, before)
                taken = taken | words
                yield power, words
        for power in powers:
            if power.when is None:
                yield power, mask & ~taken

    def _leakage(self, cell: Cell, pins: dict[str, np.ndarray]) -> np.ndarray:
        """nW of each instance, the mean over the run."""
        instances = len(next(iter(pins.values())))
        known, total = np.zeros(instances), np.zeros(instances)
        for when, value in cell.leakages:
            if set(_names(when)) <= set(pins):
                share = count(self.activity.holds(when, pins)) / max(self.activity.phases, 1)
                known += share
                total += share * value
        return total + np.clip(1 - known, 0, 1) * cell.leakage
