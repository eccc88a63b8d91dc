"""Gate-level simulation of real beats, 64 at a time.

Each cell is the expression of its Liberty function on words of 64 bits, one beat in each bit; so one pass over the
gates is a phase of the clock for 64 beats. The netlist is data to the compiled library: only another cell library is
compiled anew. Three ways to run:

* `GateSimulator.run`: the results of as many beats as wanted.
* `GateSimulator.watch`: also the state of every net after both phases of each clock, from which whatever is to be
  known is counted (`activity`). Delays are zero: no glitches.
* `GateSimulator.settle`: toggles of every net with each gate's own delay, inertial: glitches included. Of a netlist
  that has its clock tree, the clock takes its time, too, and a flip-flop takes what it finds when its clock comes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.gates.netlist.netlist import ONE, ZERO, Netlist
from sparrow_ecg.sim.gates.run.compiled import Functions, address, state_places, ticks

Delays = Mapping[int, tuple[float, float]]  # of a net's rise and fall after their cause, in ns

LANES = 64
WAKE, SLEEP = "wake", "sleep"  # parts of a beat on a power gated core: its outputs are isolated, it has no supply
ROOM = 256 << 20  # bytes of snapshots at a time


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
    """Rises and falls of every net, int64[3 + layers, nets], by `parts`; and the longest time that a phase of the
    clock took to settle, in ns.
    """

    rises: np.ndarray
    falls: np.ndarray
    settled: float


@dataclass(frozen=True, eq=False)
class Piece:
    """What is measured of a run, a piece at a time.

    part:    what the design is at, by name; a part may come in many pieces.
    moves:   rises and falls of every net with glitches, int64[nets].
    settled: the longest time that a phase of the clock took, in ns.
    beats:   how many are complete with this piece.
    """

    part: str
    snapshots: Snapshots
    moves: tuple[np.ndarray, np.ndarray]
    settled: float
    beats: int


class Simulator(Protocol):
    """A netlist that is given beats. stated: what is to be said of how, JSON-ready."""

    functions: Functions
    stated: dict[str, Any]

    def run(self, counts: np.ndarray, delays: Delays | None = None, step: float = 1.0) -> Run:
        """What it says of every beat of counts, integers[beats, inputs]. Delays as of `GateSimulator.settle`."""

    def pieces(self, counts: np.ndarray, delays: Delays, step: float) -> Iterator[Piece]:
        """What its nets do in these beats, each after the one before it. Delays as of `GateSimulator.settle`."""


class _Ports(ctypes.Structure):
    _fields_ = [
        *((f"{name}", ctypes.c_int32) for name in ("clock", "reset")),
        *(
            (f"{stream}_{end}", ctypes.c_int32)
            for stream, ends in (("counts", "vr"), ("result", "vr"), ("image", "vr"))
            for end in ends
        ),
        *((name, ctypes.c_int32) for name in ("power", "isolate")),
        *((n, ctypes.c_int32) for n in ("inputs", "outputs", "input_bits", "class_bits", "potential_bits", "bytes")),
        *((name, ctypes.c_int32) for name in ("layers", "layer_bits", "rest", "switched")),
        *((name, ctypes.c_void_p) for name in ("counts_nets", "result_nets", "image_nets", "layer_nets", "states")),
    ]


class GateSimulator:
    """A netlist of a core. inputs_after: ns from the clock's edge at its pin until the inputs change, in `settle` of a
    netlist that has its clock tree.
    """

    def __init__(self, netlist: Netlist, core: Build, inputs_after: float = 0.0):
        self.netlist, self.inputs_after = netlist, inputs_after
        self.core = core
        self.image = core.image()
        self.functions = Functions(netlist.library)
        self.stated: dict[str, Any] = {}

    def run(self, counts: np.ndarray, delays: Delays | None = None, step: float = 1.0, limit: int = 100_000) -> Run:
        """Every beat of counts, integers[beats, inputs]. Raises `NoResult` after ``limit`` cycles without one.

        delays, step: as of `settle`; None for none.
        """
        if delays is None:
            return self._simulate(counts, starts_of(len(counts)), limit)
        return self._delayed(counts, starts_of(len(counts)), delays, step, limit)[0]

    def watch(self, counts: np.ndarray, limit: int = 100_000) -> Snapshots:
        """The states of a run, 16 bytes a net and cycle: meant for hundreds of beats.

        Each lane plays the beat before its first one too, unseen: what a beat costs depends on what it finds.
        """
        counts, starts = _warmed(counts)
        cycles = self._simulate(counts, starts, limit).cycles
        longest = max(int(cycles[a:b].sum()) + b - a for a, b in pairwise(starts)) + 8
        snapshots = Snapshots(np.zeros((2 * longest, self.netlist.nets), np.uint64), np.zeros(longest, np.uint64))
        self._simulate(counts, starts, limit, warm=1, snapshots=snapshots)
        return Snapshots(snapshots.nets, np.repeat(snapshots.active, 2))

    def settle(self, counts: np.ndarray, delays: Delays, step: float, limit: int = 100_000) -> tuple[Run, Toggles]:
        """Toggles of the same beats as in `watch`, with gates that take their time.

        delays: of the rise and of the fall of a net after the cause, in ns; ``step``: the unit of time, in ns.
        The run's results are those of all beats played, the unseen ones too.
        """
        return self._delayed(*_warmed(counts), delays, step, limit, warm=1)

    def _delayed(
        self, played: np.ndarray, starts: list[int], delays: Delays, step: float, limit: int, warm: int = 0
    ) -> tuple[Run, Toggles]:
        """As `settle`, of all but the first ``warm`` beats of each lane."""
        rises, falls = (np.zeros((3 + self.core.geometry.layers, self.netlist.nets), np.int64) for _ in "rf")
        steps = ctypes.c_int64()
        after = round(self.inputs_after / step) if self.netlist.clocked else -1
        run = self._simulate(played, starts, limit, ticks(delays, step), (rises, falls), steps, after, warm)
        return run, Toggles(rises, falls, steps.value * step)

    def pieces(self, counts: np.ndarray, delays: Delays, step: float) -> Iterator[Piece]:
        """All that `watch` and `settle` say of these beats, as many at a time as there is room for."""
        cycles = int(self.run(counts[:LANES]).cycles.max())
        deep = max(1, ROOM // (16 * self.netlist.nets * cycles) - 1)
        names = ["input", *(f"layer_{k}" for k in range(self.core.geometry.layers)), WAKE, SLEEP]
        names = names if self.core.config.power_gated else names[:-2]
        for start in range(0, len(counts), deep * LANES):
            batch = counts[start : start + deep * LANES]
            snapshots = self.watch(batch)
            _, toggles = self.settle(batch, delays, step)
            for k, (name, mask) in enumerate(zip(names, self.parts(snapshots), strict=False)):
                part = Snapshots(snapshots.nets, snapshots.active & mask)
                moves = toggles.rises[k], toggles.falls[k]
                yield Piece(name, part, moves, toggles.settled, 0 if k else len(batch))

    def parts(self, snapshots: Snapshots) -> list[np.ndarray]:
        """Masks of what the core is at in each cycle, uint64[2 * cycles]: taking inputs, each layer, waking up (or
        about to be switched off), without supply.
        """
        start = snapshots.nets[::2]  # what is at work when the clock rises does what follows
        loading = start[:, self.netlist.outputs["counts__ready"][0]]
        power, isolate = (start[:, net] for net in self._switch())
        bits = [start[:, net] for net in self._layer_nets()]
        masks = [loading]
        for layer in range(self.core.geometry.layers):
            here = power & ~isolate & ~loading
            for b, words in enumerate(bits):
                here = here & (words if layer >> b & 1 else ~words)
            masks.append(here)
        return [np.repeat(mask, 2) for mask in (*masks, power & isolate, ~power)]

    @cached_property
    def _lost(self) -> list[int]:
        """Where the states are kept that a sleep destroys."""
        states = state_places(self.netlist)
        domain = self.core.core_path[-1] if self.core.config.power_gated else None
        return [states[id(each)] for each in self.netlist.instances if each.block == domain and id(each) in states]

    def _layer_nets(self) -> list[int]:
        return self.netlist.names[".".join((*self.core.core_path, self.core.core.layer.name))]

    def _switch(self) -> tuple[int, int]:
        """The nets that close the switch and that isolate; constants where there is none."""
        if not self.core.config.power_gated:
            return ONE, ZERO
        power, isolate = (self.netlist.names[f"controller.{name}"][0] for name in ("power", "isolate"))
        return power, isolate

    def _simulate(
        self,
        counts: np.ndarray,
        starts: list[int],
        limit: int,
        delays: Mapping[int, tuple[int, ...]] | None = None,
        toggles: tuple[np.ndarray, np.ndarray] | None = None,
        steps: ctypes.c_int64 | None = None,
        inputs_after: int = -1,
        warm: int = 0,
        snapshots: Snapshots | None = None,
    ) -> Run:
        beats = len(counts)
        ops, sizes = self.functions.ops(self.netlist, delays or {})
        ports, kept = self._ports()
        counts = np.ascontiguousarray(counts, dtype=np.uint16)
        classes, cycles = np.zeros(beats, np.int32), np.zeros(beats, np.int32)
        potentials = np.zeros((beats, ports.outputs), np.int64)
        done = self.functions.compiled.simulate(
            address(ops),
            address(sizes),
            ctypes.byref(ports),
            address(counts),
            address(np.array(starts, np.int64)),
            self.image,
            ctypes.c_int64(limit),
            ctypes.c_int64(warm),
            ctypes.c_int64(len(snapshots.active) if snapshots else 0),
            address(snapshots.nets) if snapshots else None,
            address(snapshots.active) if snapshots else None,
            address(toggles[0]) if toggles else None,
            address(toggles[1]) if toggles else None,
            ctypes.c_int64(inputs_after),
            ctypes.byref(steps) if steps is not None else None,
            address(classes),
            address(potentials),
            address(cycles),
        )
        del kept
        if done < 0:
            raise NoResult(f"no result for beat {-1 - done} within {limit} cycles")
        return Run(classes.astype(np.int64), potentials, cycles.astype(np.int64))

    def _ports(self) -> tuple[_Ports, list[np.ndarray]]:
        """Where the streams are; the arrays that it points to must outlive it."""
        g, nets = self.core.geometry, self.netlist.inputs | self.netlist.outputs
        layer, lost = self._layer_nets(), self._lost
        lists = [np.array(nets.get(f"{stream}__payload", []), np.int32) for stream in ("counts", "result", "image")]
        lists += [np.array(each, np.int32) for each in (layer, lost)]
        ends = [
            nets.get(f"{stream}__{end}", [0])[0]
            for stream in ("counts", "result", "image")
            for end in ("valid", "ready")
        ]
        sizes = g.shape[0], g.shape[-1], len(lists[0]), g.class_bits, g.potential_bits
        parts = g.layers, len(layer), self.core.config.rest, len(lost)
        pointers = (array.ctypes.data for array in lists)
        ports = _Ports(
            nets["clk"][0], nets["rst"][0], *ends, *self._switch(), *sizes, len(self.image), *parts, *pointers
        )
        return ports, lists


def starts_of(beats: int) -> list[int]:
    """Where each lane's run of so many beats begins, and where the last ends."""
    return np.linspace(0, beats, LANES + 1).astype(int).tolist()


def _warmed(counts: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The beats of each lane behind the one before them, and where each lane starts."""
    edges = starts_of(len(counts))
    lanes = [[first - 1, *range(first, last)] for first, last in pairwise(edges) if last > first]
    starts = np.cumsum([0, *(len(lane) for lane in lanes)]).tolist()
    return counts[np.concatenate(lanes)], starts + [starts[-1]] * (LANES + 1 - len(starts))
