"""The rectangle that a netlist is placed in: rows of sites, and its ports along the edge. Lengths in nanometres."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.place.lef import Cells


@dataclass(frozen=True)
class Floorplan:
    """rows of sites each; site, row: the size of one. ports: (x, y) of each bit of each port, by (port, bit)."""

    rows: int
    sites: int
    site: int
    row: int
    ports: dict[tuple[str, int], tuple[int, int]]

    @property
    def width(self) -> int:
        return self.sites * self.site

    @property
    def height(self) -> int:
        return self.rows * self.row


def plan(netlist: Netlist, cells: Cells, utilisation: float) -> Floorplan:
    """As square as rows allow, so large that cells fill the stated share of it.

    Its ports stand on the edge at equal distances, in their order, low bit first: from the lower left corner up the
    left side, and on clockwise. Raises InputError for a cell that has no size.
    """
    unknown = sorted({i.cell.name for i in netlist.instances} - cells.macros.keys())
    if unknown:
        raise InputError(f"{cells.source}: no size of {', '.join(unknown)}: --lef must name the LEF of all cells")
    total = sum(cells.macros[i.cell.name].width for i in netlist.instances) // cells.site
    widest = max(cells.macros[i.cell.name].width for i in netlist.instances) // cells.site
    rows = max(round(sqrt(total * cells.site / utilisation / cells.row)), 1)
    sites = max(ceil(total / utilisation / rows), widest)
    bits = [(name, k) for ports in (netlist.inputs, netlist.outputs) for name in ports for k in range(len(ports[name]))]
    edge = _Edge(sites * cells.site, rows * cells.row)
    step = edge.length / len(bits)
    ports = {bit: edge.at(round((k + 0.5) * step)) for k, bit in enumerate(bits)}
    return Floorplan(rows, sites, cells.site, cells.row, ports)


@dataclass(frozen=True)
class _Edge:
    width: int
    height: int

    @property
    def length(self) -> int:
        return 2 * (self.width + self.height)

    def at(self, way: int) -> tuple[int, int]:
        """Where one is after so many nanometres from the lower left corner, clockwise."""
        for length, (x, y), (dx, dy) in (
            (self.height, (0, 0), (0, 1)),
            (self.width, (0, self.height), (1, 0)),
            (self.height, (self.width, self.height), (0, -1)),
        ):
            if way <= length:
                return x + way * dx, y + way * dy
            way -= length
        return self.width - way, 0
