"""A netlist while it is changed: cells added, exchanged for others of the same function, and put into nets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sparrow_ecg.sim.gates.library.liberty import Cell, Library
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist

DRIVE = re.compile(r"(?<=[_xX])\d+(?=$|_ASAP7)")  # in a cell's name

Sink = tuple[str, str]  # instance and pin


class Draft:
    """sinks: of each net, in the order in which they were connected; ports on it are not among them. What a placement
    said of wires is lost with a change.
    """

    def __init__(self, netlist: Netlist):
        self.netlist, self.library = netlist, netlist.library
        self.instances = {instance.name: instance for instance in netlist.instances}
        self.sinks: list[list[Sink]] = [[(i.name, pin) for i, pin in sinks] for sinks in netlist.sinks]
        self.drivers = {net: instance.name for net, instance in netlist.drivers.items()}

    def put(self, cell: Cell, net: int, sinks: Iterable[Sink], block: str) -> str:
        """A buffer between a net and some of its sinks. Returns its name."""
        (entry,), (output,) = cell.inputs, cell.outputs
        driven = len(self.sinks)
        name = f"{cell.name}_n{driven}"  # Yosys' bits number what `edit` adds
        assert name not in self.instances
        chosen = list(sinks)
        taken = set(chosen)
        self.sinks[net] = [sink for sink in self.sinks[net] if sink not in taken] + [(name, entry.name)]
        self.sinks.append(chosen)
        for sink, pin in chosen:
            self.instances[sink] = replace(self.instances[sink], pins=self.instances[sink].pins | {pin: driven})
        self.instances[name] = Instance(name, cell, {entry.name: net, output.name: driven}, block)
        self.drivers[driven] = name
        return name

    def resize(self, name: str, cell: Cell) -> None:
        self.instances[name] = replace(self.instances[name], cell=cell)

    def finish(self, clocked: bool) -> Netlist:
        return replace(
            self.netlist, nets=len(self.sinks), instances=list(self.instances.values()), lengths=None, clocked=clocked
        )


def strengths(library: Library, cell: Cell, weakest: bool = False) -> list[Cell]:
    """Cells of the same kind and pins by their strength: from this one on, or from the weakest; a cell without
    strengths is alone.
    """
    kind = DRIVE.sub("#", cell.name)
    same = {
        other.name: int("".join(DRIVE.findall(other.name)) or 0)
        for other in library.cells.values()
        if DRIVE.sub("#", other.name) == kind and set(other.pins) == set(cell.pins)
    }
    least = 0 if weakest else same[cell.name]
    return [library.cells[name] for name in sorted(same, key=lambda name: same[name]) if same[name] >= least]
