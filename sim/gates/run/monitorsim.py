"""A monitor's netlist on stretches of records, 64 at a time: a sample a time for all of them, one in each lane.

Each lane has its clock only while its own ``clock_request`` is high: for a sample, and for what follows from it. The
next sample comes when all lanes are done; the pauses between, in which no lane has a clock, are not played: nothing
moves in them, and leakage is added for the whole time elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.frontend.monitor import decode
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.run.compiled import Functions, ticks
from sparrow_ecg.sim.gates.run.gatesim import LANES, ROOM, Piece, Snapshots
from sparrow_ecg.sim.gates.run.played import Played, lanes_of

ONES = np.uint64(2**64 - 1)
CLOCK_HZ = 32_768  # of the clock that always runs, up to the gate at the root of the chip's
FEW = 4  # cycles played at a time until all lanes are done
RESET = 4  # cycles


class MonitorSimulator:
    """A netlist of a monitor.

    parts:         what it is at: the cycle that takes a sample; all others.
    bits:          of a sample.
    longest:       cycles of the longest work after a sample, in steps of `FEW`.
    pins, watched: nets that are played, and that are looked at.
    unequal:       cycles of `pieces` in which what is looked at was otherwise with delays, in any lane.
    """

    parts: ClassVar[tuple[str, ...]] = ("sample", "block")
    bits: ClassVar[int] = RESOLUTION

    def __init__(self, netlist: Netlist, monitor: Build):
        self.netlist, self.monitor = netlist, monitor
        self.functions = Functions(netlist.library)
        self.stated: dict[str, Any] = {}
        self.unequal = 0
        self.pins, self.watched = self._nets()
        self.longest = 0

    def _nets(self) -> tuple[list[int], list[int]]:
        nets = self.netlist.inputs | self.netlist.outputs
        pins = [nets[name][0] for name in ("rst", "samples__valid", "beats__ready")] + nets["samples__payload"]
        return pins, [nets[name][0] for name in ("clock_request", "beats__valid")] + nets["beats__payload"]

    def run(self, codes: np.ndarray) -> list[Any]:
        """What each lane tells, from reset on: of codes, int64[lanes, samples]. As `answers`."""
        self.told: list[list] = [[] for _ in codes]
        with self._played() as player:
            for sample in self._samples(codes):
                for _, pins in self._steps(player, sample):
                    self._collect(player.play(pins))
            self._finish(player)
        return self.answers()

    def answers(self) -> list[Any]:
        """Of each lane what was told in `run` or in all of `pieces`: the fields of its beats."""
        bits = len(self.watched) - 2
        return [decode(self.monitor.geometry, np.array(each, np.uint8).reshape(-1, bits)) for each in self.told]

    def pieces(
        self,
        codes: np.ndarray,
        delays: Mapping[int, tuple[float, float]],
        step: float,
        unseen: int = 0,
        progress: Callable[[int], None] = lambda samples: None,
    ) -> Iterator[Piece]:
        """What nets do while codes, int64[lanes, samples], are taken, but for the first ``unseen`` of each lane.

        progress: told how many samples more are taken.
        """
        nets = self.netlist.nets
        room = max(16, ROOM // (16 * nets))
        lanes = (1 << len(codes)) - 1
        self.told = [[] for _ in codes]
        with self._played() as plain, self._played(ticks(delays, step)) as delayed:
            kept = {part: _Kept(nets, room) for part in self.parts}
            for number, sample in enumerate(self._samples(codes)):
                progress(1)
                if number == unseen:
                    delayed.follow(plain)
                    before = self._beats
                for part, pins in self._steps(plain, sample):
                    if number < unseen:
                        self._collect(plain.play(pins))
                        continue
                    store = kept[part]
                    snapshots = Snapshots(
                        np.zeros((1 + 2 * len(pins), nets), np.uint64), np.zeros(1 + 2 * len(pins), np.uint64)
                    )
                    seen = plain.play(pins, lanes, snapshots)
                    self._collect(seen)
                    differ = (delayed.play(pins, lanes, moves=store.moves) ^ seen) & np.uint64(lanes)
                    self.unequal += int(differ.any(axis=1).sum())
                    store.add(snapshots)
                    if store.full:
                        yield store.piece(part, delayed.longest * step, self._beats - before)
                        before = self._beats
            for part, store in kept.items():
                if store.cycles:
                    yield store.piece(part, delayed.longest * step, self._beats - before)
                    before = self._beats
            self._finish(plain)

    @property
    def _beats(self) -> int:
        return sum(map(len, self.told))

    def _played(self, delays: Mapping[int, tuple[int, ...]] | None = None) -> Played:
        return Played(self.functions, self.netlist, self.pins, self.watched, delays)

    def _samples(self, codes: np.ndarray) -> Iterator[np.ndarray]:
        """Words of the pins that carry a sample, one in each lane: uint64[bits]."""
        padded = np.zeros((LANES, codes.shape[1]), np.int64)
        padded[: len(codes)] = codes
        for sample in padded.T:
            bits = (sample[:, None] >> np.arange(self.bits) & 1).astype(np.uint8)
            yield np.ascontiguousarray(np.packbits(bits, axis=0, bitorder="little").T).view(np.uint64)[:, 0]

    def _steps(self, player: Played, sample: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Parts, and pins for the cycles of a sample, uint64[cycles, pins], until no lane asks for its clock. The
        player has to play each before the next; its first ones begin with a reset.
        """
        pins = np.zeros((1, len(self.pins)), np.uint64)
        pins[:, 2] = ONES
        pins[:, 3:] = sample
        if player.fresh:
            reset = np.repeat(pins, RESET, axis=0)
            reset[:, 0] = ONES
            yield "block", reset
        taking = pins.copy()
        taking[:, 1] = ONES
        yield "sample", taking
        yield from self._work(player, np.repeat(pins, FEW, axis=0))

    def _work(self, player: Played, still: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Cycles without a sample, until no lane asks for its clock. still: pins in `FEW` cycles."""
        cycles = 0
        while player.last_seen[0]:
            yield "block", still
            cycles += FEW
        self.longest = max(self.longest, cycles)

    def _collect(self, seen: np.ndarray) -> None:
        """Beats that are told in some cycles, uint64[cycles, watched]: each is offered for one cycle, and taken."""
        for cycle in seen[seen[:, 1] != 0]:
            bits = lanes_of(cycle)
            for lane in np.flatnonzero(bits[1][: len(self.told)]):
                self.told[lane].append(bits[2:, lane])

    def _finish(self, player: Played) -> None:
        """Let beats that were found be told, after the last sample: they are."""


class _Kept:
    """States that become a piece: of a part, whose cycles do not all follow each other."""

    def __init__(self, nets: int, room: int):
        self.nets, self.room = nets, room
        self._clear()

    def _clear(self) -> None:
        self.cycles = 0
        self.states: list[np.ndarray] = []
        self.active: list[np.ndarray] = []
        self.moves = np.zeros(self.nets, np.int64), np.zeros(self.nets, np.int64)

    @property
    def full(self) -> bool:
        return self.cycles >= self.room

    def add(self, snapshots: Snapshots) -> None:
        """The state before the first cycle is of the cycle before: nothing that leads to it is counted."""
        snapshots.active[0] = 0
        self.states.append(snapshots.nets)
        self.active.append(snapshots.active)
        self.cycles += len(snapshots.nets) // 2

    def piece(self, part: str, settled: float, beats: int) -> Piece:
        whole = Snapshots(np.concatenate(self.states), np.concatenate(self.active))
        found = Piece(part, whole, self.moves, settled, beats)
        self._clear()
        return found
