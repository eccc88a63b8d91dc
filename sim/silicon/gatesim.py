"""Gate-level simulation of real beats, 64 at a time.

Each cell is the expression of its Liberty function on words of 64 bits, one beat in each bit; so one pass over the
gates is a phase of the clock for 64 beats. The netlist is data to the compiled library: only another cell library is
compiled anew. Three ways to run:

* `GateSimulator.run`: the results of as many beats as wanted.
* `GateSimulator.watch`: also the state of every net after both phases of each clock, from which whatever is to be
  known is counted (`activity`). Delays are zero: no glitches.
* `GateSimulator.settle`: toggles of every net with each gate's own delay, inertial: glitches included.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.build import cached, run_tool
from sim.silicon.functions import names, parse
from sim.silicon.liberty import Cell, Library
from sim.silicon.netlist import Netlist

LANES = 64
MAX_STEPS = 255  # of a delay: the counters in gatesim.cpp
COMPILE = ["g++", "-std=c++17", "-O2", "-shared", "-fPIC", "-o", "gatesim.so", "gatesim.cpp"]
GATE, LATCH, FLIP_FLOP, CLOCK_GATE = range(4)


class NoResult(Exception):
    """The netlist gave no result for a beat."""


@dataclass(frozen=True, eq=False)
class Run:
    """What the netlist said.

    classes:    int64[beats]
    potentials: int64[beats, outputs]
    cycles:     int64[beats], from the first count of a beat to its result, both included
    """

    classes: np.ndarray
    potentials: np.ndarray
    cycles: np.ndarray


@dataclass(frozen=True, eq=False)
class Snapshots:
    """All nets after each phase of the clock, uint64[2 * cycles, nets], low phase first; a lane in each bit.

    active: uint64[2 * cycles], the lanes at work.
    """

    nets: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, eq=False)
class Toggles:
    """Rises and falls of every net, int64[1 + layers, nets], by `parts`; and the longest time that a phase of the
    clock took to settle, in ns.
    """

    rises: np.ndarray
    falls: np.ndarray
    settled: float


class _Ports(ctypes.Structure):
    _fields_ = [
        *((f"{name}", ctypes.c_int32) for name in ("clock", "reset")),
        *(
            (f"{stream}_{end}", ctypes.c_int32)
            for stream, ends in (("counts", "vr"), ("result", "vr"), ("image", "vr"))
            for end in ends
        ),
        *((n, ctypes.c_int32) for n in ("inputs", "outputs", "input_bits", "class_bits", "potential_bits", "bytes")),
        *((name, ctypes.c_int32) for name in ("layers", "layer_bits")),
        *((name, ctypes.c_void_p) for name in ("counts_nets", "result_nets", "image_nets", "layer_nets")),
    ]


class GateSimulator:
    """A netlist of a core. ``metadata`` is that of the core's Verilog, ``image`` what a ``ram`` core loads."""

    def __init__(self, netlist: Netlist, metadata: Mapping[str, Any], image: bytes = b""):
        self.netlist = netlist
        self.metadata = metadata
        self.image = image
        self.functions = Functions(netlist.library)

    @cached_property
    def _library(self) -> ctypes.CDLL:
        sources = {
            "functions.h": self.functions.text(),
            "gatesim.cpp": (Path(__file__).parent / "gatesim.cpp").read_text(),
        }

        def make(folder: Path) -> None:
            for name, text in sources.items():
                (folder / name).write_text(text)
            run_tool(COMPILE, folder)

        library = ctypes.CDLL(str(cached("gatesim", [*COMPILE, *sources.values()], make) / "gatesim.so"))
        library.simulate.restype = ctypes.c_int64
        return library

    def run(self, counts: np.ndarray, limit: int = 100_000) -> Run:
        """Every beat of counts, integers[beats, inputs]. Raises `NoResult` after ``limit`` cycles without one."""
        return self._simulate(counts, _starts(len(counts)), limit)

    def watch(self, counts: np.ndarray, limit: int = 100_000) -> Snapshots:
        """The states of a run, 16 bytes a net and cycle: meant for hundreds of beats.

        Each lane plays the beat before its first one too, unseen: what a beat costs depends on what it finds.
        """
        counts, starts = _warmed(counts)
        cycles = self._simulate(counts, starts, limit).cycles
        longest = max(int(cycles[a:b].sum()) + b - a for a, b in pairwise(starts)) + 8
        snapshots = Snapshots(np.zeros((2 * longest, self.netlist.nets), np.uint64), np.zeros(longest, np.uint64))
        self._simulate(counts, starts, limit, snapshots=snapshots)
        return Snapshots(snapshots.nets, np.repeat(snapshots.active, 2))

    def settle(
        self, counts: np.ndarray, delays: Mapping[int, tuple[float, float]], step: float, limit: int = 100_000
    ) -> tuple[Run, Toggles]:
        """Toggles of the same beats as in `watch`, with gates that take their time.

        delays: of the rise and of the fall of a net after the cause, in ns; ``step``: the unit of time, in ns.
        The run's results are those of all beats played, the unseen ones too.
        """
        played, starts = _warmed(counts)
        rises, falls = (np.zeros((len(self.metadata["network"]["shape"]), self.netlist.nets), np.int64) for _ in "rf")
        steps = ctypes.c_int64()
        ticks = {
            net: tuple(min(max(round(delay / step), 1), MAX_STEPS) for delay in pair) for net, pair in delays.items()
        }
        run = self._simulate(played, starts, limit, delays=ticks, toggles=(rises, falls), steps=steps)
        return run, Toggles(rises, falls, steps.value * step)

    def parts(self, snapshots: Snapshots) -> list[np.ndarray]:
        """Masks of what the core is at in each cycle, uint64[2 * cycles]: taking inputs, then each layer."""
        start = snapshots.nets[::2]  # what is at work when the clock rises does what follows
        loading = start[:, self.netlist.outputs["counts__ready"][0]]
        bits = [start[:, net] for net in self.netlist.names[self.metadata["probe_layer"]]]
        masks = [loading]
        for layer in range(len(self.metadata["network"]["shape"]) - 1):
            here = ~loading
            for b, words in enumerate(bits):
                here = here & (words if layer >> b & 1 else ~words)
            masks.append(here)
        return [np.repeat(mask, 2) for mask in masks]

    def _simulate(
        self,
        counts: np.ndarray,
        starts: list[int],
        limit: int,
        snapshots: Snapshots | None = None,
        delays: Mapping[int, tuple[int, ...]] | None = None,
        toggles: tuple[np.ndarray, np.ndarray] | None = None,
        steps: ctypes.c_int64 | None = None,
    ) -> Run:
        beats = len(counts)
        ops, sizes = self.functions.ops(self.netlist, delays or {})
        ports, kept = self._ports()
        counts = np.ascontiguousarray(counts, dtype=np.uint16)
        classes, cycles = np.zeros(beats, np.int32), np.zeros(beats, np.int32)
        potentials = np.zeros((beats, ports.outputs), np.int64)
        done = self._library.simulate(
            _address(ops),
            _address(sizes),
            ctypes.byref(ports),
            _address(counts),
            _address(np.array(starts, np.int64)),
            self.image,
            ctypes.c_int64(limit),
            ctypes.c_int64(1 if snapshots or toggles else 0),
            ctypes.c_int64(len(snapshots.active) if snapshots else 0),
            _address(snapshots.nets) if snapshots else None,
            _address(snapshots.active) if snapshots else None,
            _address(toggles[0]) if toggles else None,
            _address(toggles[1]) if toggles else None,
            ctypes.byref(steps) if steps is not None else None,
            _address(classes),
            _address(potentials),
            _address(cycles),
        )
        del kept
        if done < 0:
            raise NoResult(f"no result for beat {-1 - done} within {limit} cycles")
        return Run(classes.astype(np.int64), potentials, cycles.astype(np.int64))

    def _ports(self) -> tuple[_Ports, list[np.ndarray]]:
        """Where the streams are; the arrays that it points to must outlive it."""
        described, nets = self.metadata, self.netlist.inputs | self.netlist.outputs
        shape, fields = described["network"]["shape"], described["result"]
        layer = self.netlist.names[described["probe_layer"]]
        lists = [np.array(nets.get(f"{stream}__payload", []), np.int32) for stream in ("counts", "result", "image")]
        lists.append(np.array(layer, np.int32))
        ends = [
            nets.get(f"{stream}__{end}", [0])[0]
            for stream in ("counts", "result", "image")
            for end in ("valid", "ready")
        ]
        sizes = shape[0], shape[-1], len(lists[0]), fields["klass"]["bits"], fields["potentials"]["bits"] // shape[-1]
        parts = len(shape) - 1, len(layer)
        pointers = (array.ctypes.data for array in lists)
        ports = _Ports(nets["clk"][0], nets["rst"][0], *ends, *sizes, len(self.image), *parts, *pointers)
        return ports, lists


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

    def ops(self, netlist: Netlist, delays: Mapping[int, tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
        """Rows as in gatesim.cpp, int32[rows, columns], and the sizes: nets, states and nets, rows of each list."""
        clocks, registers, shown, gates = [], [], [], []
        size = netlist.nets
        for instance in [*netlist.flip_flops, *netlist.order]:
            cell, slots = instance.cell, _slots(instance.cell)
            places = dict.fromkeys(slots, 0) | instance.pins
            if cell.sequential:
                places |= dict(zip(_states(cell), (size, size + 1), strict=False))
                state = size
                size += 2
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


def _starts(beats: int) -> list[int]:
    return np.linspace(0, beats, LANES + 1).astype(int).tolist()


def _warmed(counts: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The beats of each lane behind the one before them, and where each lane starts."""
    edges = _starts(len(counts))
    lanes = [[first - 1, *range(first, last)] for first, last in pairwise(edges) if last > first]
    starts = np.cumsum([0, *(len(lane) for lane in lanes)]).tolist()
    return counts[np.concatenate(lanes)], starts + [starts[-1]] * (LANES + 1 - len(starts))


def _address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
