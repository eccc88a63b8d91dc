"""A library's cells as C, compiled once, and netlists as the rows of numbers that the C runs: see gatesim.cpp."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.gates.library.functions import names, parse
from sparrow_ecg.sim.gates.library.liberty import Cell, Library
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.tools import compiler, run_tool

MAX_STEPS = 255  # of a delay: the counters in gatesim.cpp
COMPILE = ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-o", "gatesim.so", "gatesim.cpp"]
GATE, LATCH, FLIP_FLOP, CLOCK_GATE = range(4)


def ticks(delays: Mapping[int, tuple[float, float]], step: float) -> dict[int, tuple[int, ...]]:
    """Delays in ns as numbers of steps of so many ns."""
    return {net: tuple(min(max(round(delay / step), 1), MAX_STEPS) for delay in pair) for net, pair in delays.items()}


class Functions:
    """The functions of a library's cells as C, numbered, and netlists as rows that refer to them."""

    def __init__(self, library: Library):
        self.numbers: dict[str, int] = {}
        self.pins = max(len(_slots(cell)) for cell in library.cells.values())
        self.of_cell: dict[str, dict[str, int]] = {}
        for cell in library.cells.values():
            self.of_cell[cell.name] = {
                role: self._number(function, _slots(cell)) for role, function in _roles(cell).items() if function
            }

    def _number(self, function: str, slots: list[str]) -> int:
        places = {name: f"net[pins[{k}]]" for k, name in enumerate(slots)}
        expression = parse(function).format(c0="word(0)", c1="~word(0)", **places)
        return self.numbers.setdefault(expression, len(self.numbers))

    def text(self) -> str:
        lines = [
            f"static word f{k}(const word *net, const int32_t *pins) {{ return {expression}; }}"
            for expression, k in self.numbers.items()
        ]
        table = ", ".join(f"f{k}" for k in range(len(self.numbers)))
        return "\n".join(
            [*lines, f"static const Function FUNCTIONS[] = {{{table}}};", f"const int PINS = {self.pins};", ""]
        )

    @cached_property
    def compiled(self) -> ctypes.CDLL:
        sources = {
            "functions.h": self.text(),
            "gatesim.cpp": (Path(__file__).parent / "gatesim.cpp").read_text(),
        }

        def make(folder: Path) -> None:
            for name, text in sources.items():
                (folder / name).write_text(text)
            run_tool(COMPILE, folder)

        library = ctypes.CDLL(str(cached("gatesim", [compiler(), *COMPILE, *sources.values()], make) / "gatesim.so"))
        for of in (library.beats_play, library.beats_steps, library.gates_play):
            of.restype = ctypes.c_int64
        library.beats_open.restype = library.gates_open.restype = ctypes.c_void_p
        return library

    def ops(self, netlist: Netlist, delays: Mapping[int, tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
        """Rows as in gatesim.cpp, int32[rows, columns], and the sizes: nets, states and nets, rows of each list."""
        clocks, registers, shown, gates = [], [], [], []
        states = state_places(netlist)
        size = netlist.nets + 2 * len(states)
        for instance in [*netlist.flip_flops, *netlist.order]:
            cell, slots = instance.cell, _slots(instance.cell)
            places = dict.fromkeys(slots, 0) | instance.pins
            if cell.sequential:
                state = states[id(instance)]
                places |= dict(zip(_states(cell), (state, state + 1), strict=False))
            pins = [places[slot] for slot in slots]
            numbers = self.of_cell[cell.name]
            outputs = [
                self._row(GATE, instance.pins[pin.name], [numbers[pin.name]], pins, delays)
                for pin in cell.outputs
                if pin.name in instance.pins and pin.name in numbers
            ]
            if cell.gate:
                clocks += [self._row(CLOCK_GATE, state, [numbers["enable"], numbers["clock"]], pins, {}), *outputs]
            elif cell.register:
                functions = [numbers.get(role, -1) for role in ("clock", "data", "clear", "preset")]
                if cell.register.kind == "ff":
                    registers.append(self._row(FLIP_FLOP, state, functions, pins, {}))
                    shown += outputs
                else:
                    gates += [self._row(LATCH, state, functions, pins, {}), *outputs]
            elif set(instance.outputs) <= netlist.clock_nets and instance.outputs:
                clocks += outputs
            else:
                gates += outputs
        lists = [clocks, registers, shown, gates]
        rows = [row for rows in lists for row in rows]
        return np.array(rows, np.int32), np.array([netlist.nets, size, *map(len, lists)], np.int64)

    def _row(
        self, kind: int, out: int, functions: list[int], pins: list[int], delays: Mapping[int, tuple[int, ...]]
    ) -> list[int]:
        functions = functions + [-1] * (4 - len(functions))
        return [kind, out, *functions, *delays.get(out, (1, 1)), *pins, *[0] * (self.pins - len(pins))]


def state_places(netlist: Netlist) -> dict[int, int]:
    """Where the state of each register and clock gate is kept, behind the nets, by ``id`` of its instance. The inverse
    is the next.
    """
    kept = [instance for instance in (*netlist.flip_flops, *netlist.order) if instance.cell.sequential]
    return {id(instance): netlist.nets + 2 * k for k, instance in enumerate(kept)}


def _states(cell: Cell) -> tuple[str, ...]:
    return cell.register.states if cell.register else ("clock_gate_open", "clock_gate_shut")


def _slots(cell: Cell) -> list[str]:
    """Where a cell's functions find their arguments: pins, and then states."""
    return [*cell.pins, *(_states(cell) if cell.sequential else ())]


def _roles(cell: Cell) -> dict[str, str | None]:
    """Functions by output pin or by what they do to the state."""
    if cell.gate:
        enable, clock, output = cell.gate
        return {"enable": enable, "clock": clock, output: f"{clock} & clock_gate_open"}
    known = set(_slots(cell))
    roles: dict[str, str | None] = {pin.name: pin.function for pin in cell.outputs}
    if cell.register:
        roles |= {role: getattr(cell.register, role) for role in ("clock", "data", "clear", "preset")}
    return {role: f for role, f in roles.items() if f and set(names(f)) <= known}


def address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
