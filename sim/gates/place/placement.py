"""A netlist with a place for each of its cells: on sites, in rows, none over another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.gates.netlist.netlist import Netlist, verilog
from sparrow_ecg.sim.gates.netlist.wires import UTILISATION, estimated
from sparrow_ecg.sim.gates.place import annealer, floorplan, lef, steiner
from sparrow_ecg.sim.gates.place.annealer import Pins, anneal, densities
from sparrow_ecg.sim.gates.place.floorplan import Floorplan, plan
from sparrow_ecg.sim.gates.place.lef import Cells

SOURCES = [Path(str(module.__file__)) for module in (annealer, floorplan, steiner)] + [annealer.SOURCE, Path(__file__)]


@dataclass(frozen=True)
class Placing:
    """How to place. files: LEF; none: see `lef.cells`. effort: moves tried of each cell at each temperature."""

    utilisation: float = UTILISATION
    seed: int = 0
    effort: int = 100
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, eq=False)
class Placement:
    """places: row, site of the left edge, and mirrored (0 or 1) of each instance, int32[3, instances].

    lengths: nm of wire of each net, a Steiner tree through its pins, int64[nets].
    """

    netlist: Netlist
    cells: Cells
    floorplan: Floorplan
    placing: Placing
    places: np.ndarray
    lengths: np.ndarray

    @property
    def placed(self) -> Netlist:
        """The netlist, whose wires are as long as here."""
        return replace(self.netlist, lengths=(self.lengths / 1e3).tolist())

    @cached_property
    def widths(self) -> np.ndarray:
        """Of each instance, in sites."""
        return widths(self.netlist, self.cells)

    @property
    def positions(self) -> dict[str, tuple[float, float]]:
        """The middle of each instance, by name, (x, y) in um."""
        rows, sites, _ = self.places
        x = (sites + self.widths / 2) * self.floorplan.site / 1e3
        y = (rows + 0.5) * self.floorplan.row / 1e3
        names = [instance.name for instance in self.netlist.instances]
        return dict(zip(names, zip(x.tolist(), y.tolist(), strict=True), strict=True))

    @cached_property
    def points(self) -> dict[int, np.ndarray]:
        """Of each net that has two or more, where its pins are, int64[pins, 2] in nm."""
        pins = Pins(self.netlist, self.cells, self.floorplan)
        of, in_cell = np.maximum(pins.cell, 0), pins.cell >= 0
        rows, sites, mirrored = self.places[:, of].astype(np.int64)
        x = sites * self.cells.site + np.where(mirrored, self.widths[of] * self.cells.site - pins.x, pins.x)
        y = rows * self.cells.row + np.where(rows % 2, self.cells.row - pins.y, pins.y)
        points = np.where(in_cell, [x, y], [pins.x, pins.y]).T
        return dict(zip(pins.nets, np.split(points, pins.first[1:-1]), strict=True))

    def faults(self) -> list[str]:
        """What is not legal about it, each in a line: cells outside the rows, and cells over one another."""
        rows, sites, _ = self.places
        plan, names = self.floorplan, [instance.name for instance in self.netlist.instances]
        outside = (rows < 0) | (rows >= plan.rows) | (sites < 0) | (sites + self.widths > plan.sites)
        found = [f"{names[k]} is outside the rows" for k in np.flatnonzero(outside)]
        order = np.lexsort((sites, rows))
        for one, other in pairwise(order):
            if rows[one] == rows[other] and sites[one] + self.widths[one] > sites[other]:
                found.append(f"{names[one]} is over {names[other]}, row {rows[one]}")
        return found

    def describe(self) -> dict[str, Any]:
        """JSON-ready. Lengths of wire in mm; pitches_per_pin as in `wires`, placed and as estimated without."""
        fan_out = sum(self.netlist.fan_outs)
        area = sum(instance.cell.area for instance in self.netlist.instances) / len(self.netlist.instances)
        pitch = sqrt(area / UTILISATION)
        total, guess = float(self.lengths.sum()) / 1e3, sum(estimated(self.netlist))
        return {
            "cells_from": self.cells.source,
            "width_um": self.floorplan.width / 1e3,
            "height_um": self.floorplan.height / 1e3,
            "rows": self.floorplan.rows,
            "sites": self.floorplan.sites,
            "utilisation": float(self.widths.sum() / (self.floorplan.rows * self.floorplan.sites)),
            "densest_bin": float(densities(self.widths, self.places, self.floorplan).max()),
            "seed": self.placing.seed,
            "effort": self.placing.effort,
            "half_perimeter_mm": sum(int(np.ptp(points, axis=0).sum()) for points in self.points.values()) / 1e6,
            "wire_mm": total / 1e3,
            "wire_mm_estimated": guess / 1e3,
            "pitches_per_pin": total / pitch / fan_out,
            "pitches_per_pin_estimated": guess / pitch / fan_out,
        }


def widths(netlist: Netlist, cells: Cells) -> np.ndarray:
    """Of each instance, in sites, int32."""
    return np.array([cells.macros[i.cell.name].width // cells.site for i in netlist.instances], np.int32)


def place(
    netlist: Netlist, root: Path, placing: Placing = Placing(), progress: Callable[[int], None] = lambda done: None
) -> Placement:
    """Of a mapped netlist, with the LEF below the data root; what was placed before is taken from the cache. The same
    netlist, LEF and `Placing` give the same placement.

    progress: called with 1 for each of `annealer.TEMPERATURES`. Raises InputError for LEF, or a utilisation, that does
    not fit.
    """
    if not 0 < placing.utilisation <= 1:
        raise InputError(f"utilisation {placing.utilisation:g}: a share of the core's area, above 0 and at most 1")
    cells = lef.cells(netlist.library, root, placing.files)
    plan_ = plan(netlist, cells, placing.utilisation)
    key = [verilog(netlist), cells.digest, str(replace(placing, files=())), *(path.read_text() for path in SOURCES)]

    def make(folder: Path) -> None:
        found = anneal(
            widths(netlist, cells),
            Pins(netlist, cells, plan_),
            plan_,
            seed=placing.seed,
            effort=placing.effort,
            progress=progress,
        )
        drawn = Placement(netlist, cells, plan_, placing, found, np.zeros(netlist.nets, np.int64))
        lengths = drawn.lengths
        for net, points in drawn.points.items():
            lengths[net] = steiner.length(points)
        np.savez(folder / "placement.npz", places=found, lengths=lengths)

    with np.load(cached("placement", key, make) / "placement.npz") as kept:
        done = Placement(netlist, cells, plan_, placing, kept["places"], kept["lengths"])
    if faults := done.faults():
        raise AssertionError("; ".join(faults[:5]))
    return done
