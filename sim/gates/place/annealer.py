"""Python's side of anneal.cpp: its problem as arrays, its schedule of temperatures."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.gates.netlist.netlist import ONE, Netlist
from sparrow_ecg.sim.gates.place.floorplan import Floorplan
from sparrow_ecg.sim.gates.place.lef import Cells
from sparrow_ecg.sim.tools import compiler, run_tool

SOURCE = Path(__file__).parent / "anneal.cpp"
COMPILE = ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-o", "anneal.so", "anneal.cpp"]
TEMPERATURES = 150
HOTTEST = 0.5  # a core's width, in which any move is made
COLDEST = 0.4  # of a site's
BIN = 8  # rows: a bin is about a square
MARGIN = 0.1  # of a bin that may be taken beyond the mean: cells in one clump leave wires no room
AIM = 0.44  # of the moves are made where annealing works best (Lam and Delosme, 1988): reach is set by it


class Pins:
    """Of each net that has two or more, its pins. cell: index of the instance, -1 for a port; x, y: from the cell's
    lower left corner, of a port from the core's, in nm. first: of each of ``nets``, and one more. All int32.
    """

    def __init__(self, netlist: Netlist, cells: Cells, floorplan: Floorplan):
        found: list[list[tuple[int, int, int]]] = [[] for _ in range(netlist.nets)]
        for k, instance in enumerate(netlist.instances):
            places = cells.macros[instance.cell.name].pins
            for pin, net in instance.pins.items():
                if pin in places:  # not what is inside a cell alone
                    found[net].append((k, *places[pin]))
        for (port, bit), place in floorplan.ports.items():
            found[(netlist.inputs | netlist.outputs)[port][bit]].append((-1, *place))
        self.nets = [net for net, pins in enumerate(found) if net > ONE and len(pins) > 1]
        self.first = np.cumsum([0, *(len(found[net]) for net in self.nets)], dtype=np.int32)
        table = np.array([pin for net in self.nets for pin in found[net]], np.int32).reshape(-1, 3)
        self.cell, self.x, self.y = (np.ascontiguousarray(table[:, k]) for k in range(3))

    def of_cells(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The nets of each of so many cells, as ``first`` and the numbers of nets in order."""
        net = np.repeat(np.arange(len(self.nets)), np.diff(self.first))
        pairs = np.unique(np.stack([self.cell, net])[:, self.cell >= 0], axis=1)
        first = np.searchsorted(pairs[0], np.arange(count + 1))
        return first.astype(np.int32), np.ascontiguousarray(pairs[1], np.int32)


class _Problem(ctypes.Structure):
    _numbers = "cells nets rows sites site row bins_up bins_across most"
    _arrays = "width first_pin pin_cell pin_x pin_y first_net cell_net at_row at_site mirrored"
    _fields_ = [
        *((name, ctypes.c_int32) for name in _numbers.split()),
        *((name, ctypes.c_void_p) for name in _arrays.split()),
    ]


@cache
def _compiled() -> ctypes.CDLL:
    def make(folder: Path) -> None:
        (folder / SOURCE.name).write_text(SOURCE.read_text())
        run_tool(COMPILE, folder)

    library = ctypes.CDLL(str(cached("anneal", [compiler(), *COMPILE, SOURCE.read_text()], make) / "anneal.so"))
    library.anneal.restype = ctypes.c_double
    library.anneal.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_int64, ctypes.c_uint64]
    library.anneal.argtypes += [ctypes.c_void_p]
    return library


def anneal(
    widths: np.ndarray, pins: Pins, floorplan: Floorplan, seed: int, effort: int, progress: Callable[[int], None]
) -> np.ndarray:
    """Row, site and mirrored (0 or 1) of each cell, int32[3, cells]: the same for the same seed.

    widths: of cells, in sites, int32. effort: moves tried of each cell at each temperature. progress: called with 1
    after each of `TEMPERATURES`.
    """
    placed = _anywhere(widths, floorplan, np.random.default_rng(seed))
    arrays = [widths, pins.first, pins.cell, pins.x, pins.y, *pins.of_cells(len(widths)), *placed]
    sizes = (len(widths), len(pins.nets), floorplan.rows, floorplan.sites, floorplan.site, floorplan.row)
    up, across = bins(floorplan)
    most = widths.sum() / (up * across) + MARGIN * floorplan.rows * floorplan.sites / (up * across)
    problem = _Problem(*sizes, up, across, int(most), *(array.ctypes.data for array in arrays))
    moves, cost, reach = effort * len(widths), ctypes.c_int64(), 1.0
    temperatures = np.geomspace(HOTTEST * floorplan.width, COLDEST * floorplan.site, TEMPERATURES)
    for step, temperature in enumerate(temperatures):
        key = seed * TEMPERATURES + step
        made = _compiled().anneal(ctypes.byref(problem), temperature, reach, moves, key, ctypes.byref(cost))
        reach = min(max(reach * (1 - AIM + made), 0.0), 1.0)
        progress(1)
    return placed


def bins(floorplan: Floorplan) -> tuple[int, int]:
    """How many the core is divided into, up and across."""
    across = floorplan.width // (BIN * floorplan.row)
    return max(floorplan.rows // BIN, 1), max(across, 1)


def densities(widths: np.ndarray, places: np.ndarray, floorplan: Floorplan) -> np.ndarray:
    """The share of each bin that cells take, counted where their middle is, float[up, across]."""
    taken, (rows, sites, _) = np.zeros(bins(floorplan)), places
    up, across = taken.shape
    np.add.at(taken, (rows * up // floorplan.rows, (sites + widths // 2) * across // floorplan.sites), widths)
    return taken * up * across / (floorplan.rows * floorplan.sites)


def _anywhere(widths: np.ndarray, floorplan: Floorplan, random: np.random.Generator) -> np.ndarray:
    """A legal placement at random, wide cells first, each into the row with the most room.

    Raises InputError where they do not fit.
    """
    placed = np.zeros((3, len(widths)), np.int32)
    used = np.zeros(floorplan.rows, np.int64)
    order = random.permutation(len(widths))
    for cell in order[np.argsort(-widths[order], kind="stable")]:
        row = int(used.argmin())
        placed[:2, cell] = row, used[row]
        used[row] += widths[cell]
    if used.max() > floorplan.sites:
        raise InputError(f"cells do not fit into {floorplan.rows} rows of {floorplan.sites} sites: less utilisation")
    return placed
