"""A chip's netlist, used through its SPI pins as a microcontroller would: 64 chips at a time, one beat in each.

A frame carries the counts of a beat, clocks the core, and brings class and potentials back. All lanes get the same
frame at the same time, with counts of their own in it; ``sck`` stands still in those that have their answer already
until all have. What the pins do is worked out here, from the register map; gatesim.cpp only plays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.run.compiled import Functions, ticks
from sparrow_ecg.sim.gates.run.gatesim import LANES, ROOM, Delays, Piece, Run, Snapshots, starts_of
from sparrow_ecg.sim.gates.run.played import Played, lanes_of

ONES = np.uint64(2**64 - 1)
PINS = ("rst", "cs_n", "mosi")
RST, CS_N, MOSI, SCK = range(4)
END = 2  # cycles after the last bit of a frame: the clock falls, then chip select rises
PARTS = ("write", "compute", "class", "potentials")


def idle(cycles: int) -> np.ndarray:
    """Pins while nobody talks to the chip, uint64[cycles, 4]: a lane in each bit, and the lanes with a clock last."""
    pins = np.zeros((cycles, 4), np.uint64)
    pins[:, CS_N] = ONES
    return pins


def frame(content: np.ndarray) -> np.ndarray:
    """Pins of a frame. content: uint8[lanes, bytes]."""
    lanes = np.packbits(np.unpackbits(content, axis=1), axis=0, bitorder="little").T  # bytes[bits, 8]
    bits = np.ascontiguousarray(lanes).view(np.uint64)[:, 0]
    pins = idle(len(bits) + END)
    pins[:-1, CS_N] = 0
    pins[: len(bits), SCK] = ONES
    pins[: len(bits), MOSI] = bits
    return pins


class Microcontroller:
    """What a microcontroller sends to a chip of a network."""

    def __init__(self, chip: Build):
        self.chip, self.network = chip, chip.network
        self.protocol = Protocol(chip.chip.controller.map)
        self.beats = BeatFrames.of(chip.chip.controller)
        self.image = chip.image()

    def setup(self) -> np.ndarray:
        """Pins of what is done once: reset, the interrupt of a result, and the image of a ``ram`` core."""
        reset = idle(2)
        reset[0, RST] = ONES
        frames = [self.protocol.set("settings", interrupt_result=1)]
        if self.image:
            frames += self.protocol.load(self.image)
        shared = (np.tile(np.frombuffer(sent, np.uint8), (LANES, 1)) for sent in frames)
        return np.concatenate([reset, *map(frame, shared)])

    def classify(self, counts: np.ndarray) -> np.ndarray:
        """Pins of a beat, with time for the slowest. counts: integers[lanes, inputs]."""
        return frame(np.array([list(self.beats.classify(beat)) for beat in counts], np.uint8))

    def answer(self, miso: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Classes, -1 where there is no answer, int64[lanes], and potentials, int64[lanes, outputs]; from the bits that
        came back for `classify`, uint64[bits].
        """
        received = np.packbits(lanes_of(miso), axis=0).T  # uint8[lanes, bytes]
        classes, potentials = zip(*(self.beats.answer(lane.tobytes()) for lane in received), strict=True)
        return np.array(classes), np.array(potentials)


class ChipSimulator:
    """As `GateSimulator`, of a chip; ``netlist`` is that of a chip of the host's network and config.

    A beat that got no answer has class -1, and one that got no interrupt cycles that no core takes.
    """

    def __init__(self, netlist: Netlist, host: Microcontroller):
        self.netlist, self.host = netlist, host
        self.functions = Functions(netlist.library)
        self.stated: dict[str, Any] = {"clocked_by": "sck"}

    def run(self, counts: np.ndarray, delays: Delays | None = None, step: float = 1.0) -> Run:
        """Every beat of counts, integers[beats, inputs]. Cycles are counted from when ``irq`` rises: those that the
        core would take if the counts came one a cycle.
        """
        network, last = self.host.network, self.host.beats.counted - 1
        run = Run(*(np.zeros(shape, np.int64) for shape in (len(counts), (len(counts), network.outputs), len(counts))))
        with self._played(ticks(delays, step) if delays else None) as player:
            _play(player, self.host.setup())
            for chosen, valid in _rows(len(counts)):
                seen = _play(player, self.host.classify(counts[chosen]))[:-END]
                classes, potentials = self.host.answer(seen[:, 0])
                risen = lanes_of(seen[last:, 1]).argmax(axis=0)
                beats = chosen[valid]
                run.classes[beats], run.potentials[beats] = classes[valid], potentials[valid]
                run.cycles[beats] = risen[valid] + network.inputs
        return run

    def pieces(self, counts: np.ndarray, delays: Delays, step: float) -> Iterator[Piece]:
        """What nets do while a beat is written, up to its last count; while the core computes, up to the byte of the
        class; in that; and while the potentials are read, and the frame ends. Each lane plays the beat before its first
        one too, unseen.
        """
        nets = self.netlist.nets
        deep = max(1, ROOM // (16 * nets))
        with self._played() as plain, self._played(ticks(delays, step)) as delayed:
            for player in (plain, delayed):
                _play(player, self.host.setup())
            for row, (chosen, valid) in enumerate(_rows(len(counts), unseen=1)):
                lanes = int(np.packbits(valid, bitorder="little").view(np.uint64)[0])
                for part, pins in self._beat(counts[chosen]):
                    for first in range(0, len(pins), deep):
                        now = pins[first : first + deep]
                        size = 1 + 2 * len(now)
                        snapshots = Snapshots(np.zeros((size, nets), np.uint64), np.zeros(size, np.uint64))
                        moves = np.zeros(nets, np.int64), np.zeros(nets, np.int64)
                        _play(plain, now, lanes, snapshots)
                        _play(delayed, now, lanes, moves=moves)
                        if row:
                            last = part == PARTS[-1] and first + deep >= len(pins)
                            settled = delayed.longest * step
                            yield Piece(part, snapshots, moves, settled, int(valid.sum()) if last else 0)

    def _played(self, delays: Mapping[int, tuple[int, ...]] | None = None) -> Played:
        nets = self.netlist.inputs | self.netlist.outputs
        pins, watched = ([nets[name][0] for name in names] for names in (PINS, ("miso", "irq")))
        return Played(self.functions, self.netlist, pins, watched, delays)

    def _beat(self, counts: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Pins of a beat, by part."""
        host, chip = self.host, self.host.chip
        latencies = chip.cycles(chip.golden(counts)) - self.host.network.inputs
        starts = np.array([8 * host.beats.answered(latency) for latency in latencies.tolist()])  # of the answers
        pins, counted, answered = host.classify(counts), host.beats.counted, int(starts.max())
        pins = np.delete(pins, np.s_[answered : 8 * host.beats.answered()], axis=0)  # nobody is as slow as might be
        waits = np.arange(answered - counted)[:, None] >= starts - counted
        pins[counted:answered, SCK] &= ~np.packbits(waits, axis=1, bitorder="little").view(np.uint64)[:, 0]
        edges = (0, counted, answered, answered + 8, len(pins))
        return ((part, pins[a:b]) for part, a, b in zip(PARTS, edges, edges[1:], strict=False))


def _play(
    player: Played,
    pins: np.ndarray,
    lanes: int = 0,
    snapshots: Snapshots | None = None,
    moves: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    return player.play(pins[:, : len(PINS)], lanes, snapshots, moves, pins[:, SCK])


def _rows(beats: int, unseen: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which beat each lane plays, int64[lanes], and whether it counts; each begins with so many before its own."""
    edges = np.array(starts_of(beats))
    for row in range(-unseen, int(np.diff(edges).max())):
        chosen = edges[:-1] + row
        yield np.minimum(chosen, beats - 1), (row >= 0) & (chosen < edges[1:])
