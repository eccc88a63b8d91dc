"""A monitor's netlist on stretches of records, 64 at a time: a sample a time for all of them, one in each lane.

Each lane has its clock only while its own ``clock_request`` is high: for a sample, and for what follows from it. The
next sample comes when all lanes are done; the pauses between, in which no lane has a clock, are not played: nothing
moves in them, and leakage is added for the whole time elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.frontend.monitor import decode
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.run.compiled import Functions, ticks
from sparrow_ecg.sim.gates.run.gatesim import LANES, ROOM, Piece, Snapshots
from sparrow_ecg.sim.gates.run.played import Played, lanes_of

ONES = np.uint64(2**64 - 1)
FEW = 4  # cycles played at a time until all lanes are done
RESET = 4  # cycles
PARTS = ("sample", "block")  # the cycle that takes a sample; all others


class MonitorSimulator:
    """A netlist of a monitor."""

    def __init__(self, netlist: Netlist, monitor: Build):
        self.netlist, self.monitor = netlist, monitor
        self.functions = Functions(netlist.library)
        self.stated: dict[str, Any] = {}
        nets = netlist.inputs | netlist.outputs
        self.pins = [nets[name][0] for name in ("rst", "samples__valid", "beats__ready")] + nets["samples__payload"]
        self.watched = [nets[name][0] for name in ("clock_request", "beats__valid")] + nets["beats__payload"]

    def run(self, codes: np.ndarray) -> list[dict[str, np.ndarray]]:
        """The beats that each lane tells, from reset on: of codes, int64[lanes, samples]."""
        told: list[list[np.ndarray]] = [[] for _ in codes]
        with self._played() as player:
            for sample in self._samples(codes):
                for pins in self._steps(player, sample):
                    self._collect(player.play(pins), told)
        bits = len(self.watched) - 2
        return [decode(self.monitor.geometry, np.array(each, np.uint8).reshape(-1, bits)) for each in told]

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
        told: list[list[np.ndarray]] = [[] for _ in codes]
        with self._played() as plain, self._played(ticks(delays, step)) as delayed:
            kept = {part: _Kept(nets, room) for part in PARTS}
            for number, sample in enumerate(self._samples(codes)):
                seen = number >= unseen
                progress(1)
                for k, pins in enumerate(self._steps(plain, sample)):
                    if not seen:
                        plain.play(pins)
                        delayed.play(pins)
                        continue
                    store = kept[PARTS[min(k, 1)]]
                    snapshots = Snapshots(
                        np.zeros((1 + 2 * len(pins), nets), np.uint64), np.zeros(1 + 2 * len(pins), np.uint64)
                    )
                    self._collect(plain.play(pins, lanes, snapshots), told)
                    delayed.play(pins, lanes, moves=store.moves)
                    store.add(snapshots)
                    if store.full:
                        yield store.piece(PARTS[min(k, 1)], delayed.longest * step, told)
            for part, store in kept.items():
                if store.cycles:
                    yield store.piece(part, delayed.longest * step, told)

    def _played(self, delays: Mapping[int, tuple[int, ...]] | None = None) -> Played:
        return Played(self.functions, self.netlist, self.pins, self.watched, delays)

    def _samples(self, codes: np.ndarray) -> Iterator[np.ndarray]:
        """Words of the pins that carry a sample, one in each lane: uint64[bits]."""
        padded = np.zeros((LANES, codes.shape[1]), np.int64)
        padded[: len(codes)] = codes
        for sample in padded.T:
            bits = (sample[:, None] >> np.arange(RESOLUTION) & 1).astype(np.uint8)
            yield np.ascontiguousarray(np.packbits(bits, axis=0, bitorder="little").T).view(np.uint64)[:, 0]

    def _steps(self, player: Played, sample: np.ndarray) -> Iterator[np.ndarray]:
        """Pins for the cycles of a sample, uint64[cycles, pins], until no lane asks for its clock. The player has to
        play each before the next; its first ones begin with a reset.
        """
        pins = np.zeros((1, len(self.pins)), np.uint64)
        pins[:, 2] = ONES
        pins[:, 3:] = sample
        if player.fresh:
            reset = np.repeat(pins, RESET, axis=0)
            reset[:, 0] = ONES
            yield reset
        taking = pins.copy()
        taking[:, 1] = ONES
        yield taking
        while player.last_seen[0]:
            yield np.repeat(pins, FEW, axis=0)

    def _collect(self, seen: np.ndarray, told: list[list[np.ndarray]]) -> None:
        """Beats that are told in some cycles, uint64[cycles, watched]: each is offered for one cycle, and taken."""
        for cycle in seen[seen[:, 1] != 0]:
            bits = lanes_of(cycle)
            for lane in np.flatnonzero(bits[1][: len(told)]):
                told[lane].append(bits[2:, lane])


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

    def piece(self, part: str, settled: float, told: list[list[np.ndarray]]) -> Piece:
        beats = sum(map(len, told))
        for each in told:
            each.clear()
        whole = Snapshots(np.concatenate(self.states), np.concatenate(self.active))
        found = Piece(part, whole, self.moves, settled, beats)
        self._clear()
        return found
