"""Gate-level simulation of real beats, 64 at a time.

Each cell is the expression of its Liberty function on words of 64 bits, one beat in each bit; so one pass over the
gates is a phase of the clock for 64 beats. The netlist is data to the compiled library: only another cell library is
compiled anew. Ways to run:

* `GateSimulator.run`: the results of as many beats as wanted.
* The same with each gate's own delay, inertial. Of a netlist that has its clock tree, the clock takes its time, too,
  and a flip-flop takes what it finds when its clock comes.
* `GateSimulator.pieces`: the state of every net after both phases of each clock, from which whatever is to be known is
  counted (`NetActivity`), delays being zero; and, with delays, the toggles of every net: glitches included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import Any, Protocol

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.gates.netlist.netlist import ONE, ZERO, Netlist
from sparrow_ecg.sim.gates.run.beats import Beats, Ports
from sparrow_ecg.sim.gates.run.compiled import Functions, state_places, ticks

Delays = Mapping[int, tuple[float, float]]  # of a net's rise and fall after their cause, in ns

LANES = 64
WAKE, SLEEP = "wake", "sleep"  # parts of a beat on a power gated core: its outputs are isolated, it has no supply
ROOM = 256 << 20  # bytes of snapshots for which more than a beat of each lane is played at a time
PIECE = 1 << 30  # bytes of snapshots at a time, at most
STRETCH = 400  # cycles at a time, where only some are looked at
FOREVER = 1 << 62  # cycles


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
        """What it says of every beat of counts, integers[beats, inputs]. Delays as of `GateSimulator.run`."""

    def pieces(self, counts: np.ndarray, delays: Delays, step: float) -> Iterator[Piece]:
        """What its nets do in these beats, each after the one before it. Delays as of `GateSimulator.run`."""


class GateSimulator:
    """A netlist of a core. inputs_after: ns from the clock's edge at its pin until the inputs change, with delays in a
    netlist that has its clock tree. every: of stretches of `STRETCH` cycles `pieces` looks at each so manieth; at 1, at
    all.
    """

    def __init__(self, netlist: Netlist, core: Build, inputs_after: float = 0.0, every: int = 1):
        self.netlist, self.inputs_after, self.every = netlist, inputs_after, every
        self.core = core
        self.image = core.image()
        self.functions = Functions(netlist.library)
        self.stated: dict[str, Any] = {}

    def run(self, counts: np.ndarray, delays: Delays | None = None, step: float = 1.0, limit: int = 100_000) -> Run:
        """Every beat of counts, integers[beats, inputs]. Raises `NoResult` after ``limit`` cycles without one.

        delays: None for none; else gates take their time, in ns, of the rise and of the fall of a net after the cause;
        ``step``: the unit of time, in ns.
        """
        with self._beats(counts, starts_of(len(counts)), 0, delays, step) as beats:
            beats.play(FOREVER, limit)
        return Run(beats.classes.astype(np.int64), beats.potentials, beats.cycles.astype(np.int64))

    def pieces(self, counts: np.ndarray, delays: Delays, step: float, limit: int = 100_000) -> Iterator[Piece]:
        """The states of all nets without delays, and their toggles with delays as of `run`: of as many beats or cycles
        at a time as there is room for, 16 bytes a net and cycle.

        Each lane plays the beat before its first one too, unseen: what a beat costs depends on what it finds.
        """
        nets, parts = self.netlist.nets, 3 + self.core.geometry.layers
        longest = int(self.run(counts[:LANES]).cycles.max())
        deep = max(1, ROOM // (16 * nets * longest) - 1)
        names = ["input", *(f"layer_{k}" for k in range(self.core.geometry.layers)), WAKE, SLEEP]
        most = max(1, PIECE // (16 * nets))
        if self.every > 1:
            most = min(most, STRETCH)
        room = np.zeros((1 + 2 * most, nets), np.uint64), np.zeros((most, parts), np.uint64)
        for start in range(0, len(counts), deep * LANES):
            batch = counts[start : start + deep * LANES]
            played, told = _warmed(batch), 0
            with self._beats(*played, 1, None, step) as still, self._beats(*played, 1, delays, step) as moved:
                for k in count():
                    if k % self.every:
                        cycles = still.play(most, limit)
                    else:
                        moved.follow(still)
                        cycles = still.play(most, limit, room)
                        active = np.vstack([np.zeros_like(room[1][:1]), room[1][:cycles].repeat(2, axis=0)])
                        done = max(still.done - len(still.classes) + len(batch), 0)
                        toggles = np.zeros((2, parts, nets), np.int64)
                        if active.any():
                            moved.play(cycles, limit, toggles=(toggles[0], toggles[1]))
                        for part in np.flatnonzero(active.any(axis=0)):
                            seen = Snapshots(room[0][: 1 + 2 * cycles], active[:, part])
                            moves = toggles[0, part], toggles[1, part]
                            yield Piece(names[part], seen, moves, moved.steps * step, done - told)
                            told = done
                    if not cycles:
                        break

    def _beats(self, played: np.ndarray, starts: list[int], warm: int, delays: Delays | None, step: float) -> Beats:
        if delays is None:
            after, rows = None, self.functions.ops(self.netlist, {})
        else:
            after = round(self.inputs_after / step) if self.netlist.clocked else -1
            rows = self.functions.ops(self.netlist, ticks(delays, step))
        return Beats(self.functions, rows, self._ports(), self.image, played, starts, warm, after)

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

    def _ports(self) -> tuple[Ports, list[np.ndarray]]:
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
        ports = Ports(
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
