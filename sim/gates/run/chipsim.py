"""A chip's netlist, used through its SPI pins as a microcontroller would: 64 chips at a time, one beat in each.

All lanes get the same frames at the same time, with counts of their own in them: a frame starts a beat and carries it,
the host sleeps for as long as the slowest core may take to raise ``irq``, and another frame fetches class and
potentials. Each lane has its clock only while its own ``clock_request`` is high: it starts and stops at once. What the
pins do is worked out here, from the register map; gatesim.cpp only plays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.protocol import HEAD, WORD, Protocol
from sparrow_ecg.hw.host.spi import LEAD
from sparrow_ecg.hw.host.unpacker import BYTES
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.run.compiled import Functions, ticks
from sparrow_ecg.sim.gates.run.gatesim import LANES, ROOM, Piece, Run, Snapshots, starts_of
from sparrow_ecg.sim.gates.run.played import Played, lanes_of

PERIOD = 4  # cycles of the chip's clock in a period of ``sck``: the shortest that the slave takes
FIRST_WORD = HEAD + WORD  # bytes of a frame that reads, up to the end of its first word
LATENCY = 2  # cycles from the last rising edge of a beat's ``sck`` until the last word is there
ONES = np.uint64(2**64 - 1)
PINS = ("rst", "cs_n", "sck", "mosi")
RST, CS_N, SCK, MOSI = range(len(PINS))
PARTS = ("write", "compute", "class", "potentials")


@dataclass(frozen=True, eq=False)
class Frame:
    """pins: uint64[cycles, PINS], a lane in each bit. sampled: the cycles at whose end the host looks at ``miso``."""

    pins: np.ndarray
    sampled: np.ndarray

    @staticmethod
    def of(content: np.ndarray) -> Frame:
        """content: uint8[lanes, bytes]."""
        lanes = np.packbits(np.unpackbits(content, axis=1), axis=0, bitorder="little").T  # bytes[bits, 8]
        bits = np.ascontiguousarray(lanes).view(np.uint64)
        pins = np.zeros((PERIOD * len(bits) + 3 * LEAD, len(PINS)), np.uint64)
        clocked = pins[LEAD : -2 * LEAD].reshape(len(bits), PERIOD, len(PINS))
        clocked[:, PERIOD // 2 :, SCK] = ONES
        clocked[:, :, MOSI] = bits
        pins[-LEAD:, CS_N] = ONES
        return Frame(pins, LEAD + PERIOD // 2 - 1 + PERIOD * np.arange(len(bits)))


def idle(cycles: int) -> np.ndarray:
    """Pins while nobody talks to the chip."""
    pins = np.zeros((cycles, len(PINS)), np.uint64)
    pins[:, CS_N] = ONES
    return pins


class Microcontroller:
    """What a microcontroller sends to a chip of a network."""

    def __init__(self, chip: Build):
        self.chip, self.network = chip, chip.network
        self.protocol = Protocol(chip.chip.controller.map)
        self.image = chip.image()

    def setup(self) -> np.ndarray:
        """Pins of what is done once: reset, the interrupt of a result, and the image of a ``ram`` core."""
        reset = idle(5)
        reset[:-1, RST] = ONES
        frames = [self.protocol.set("settings", interrupt_result=1)]
        if self.image:
            frames += self.protocol.load(self.image)
        return np.concatenate([reset, idle(LEAD), *(Frame.of(_shared(frame)).pins for frame in frames)])

    def start(self, counts: np.ndarray) -> Frame:
        """Begin a beat, and all of it. counts: integers[lanes, inputs]."""
        return Frame.of(np.array([list(self.protocol.start(beat)) for beat in counts], np.uint8))

    def fetch(self) -> Frame:
        return Frame.of(_shared(self.protocol.read("result", 1 + self.network.outputs)))

    def answer(self, miso: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Classes, -1 where there is no answer, int64[lanes], and potentials, int64[lanes, outputs]; from the bits that
        came back for `fetch`, uint64[bits].
        """
        received = np.packbits(lanes_of(miso), axis=0).T  # uint8[lanes, bytes]
        return self.protocol.answer(np.array([self.protocol.words(lane.tobytes()) for lane in received]))


class ChipSimulator:
    """As `GateSimulator`, of a chip; ``netlist`` is that of a chip of the host's network and config.

    A beat that got no answer has class -1, and one that got no interrupt cycles that no core takes.
    """

    def __init__(self, netlist: Netlist, host: Microcontroller):
        self.netlist, self.host = netlist, host
        self.functions = Functions(netlist.library)
        self.stated = {"sck_cycles": PERIOD, "select_cycles": LEAD}
        self.wait = host.chip.longest

    def run(self, counts: np.ndarray) -> Run:
        """Every beat of counts, integers[beats, inputs]. Cycles are counted from when ``irq`` rises: those that the
        core would take if the counts came without stalls.
        """
        network, fetch = self.host.network, self.host.fetch()
        before = LATENCY + (network.inputs - 1) % BYTES + 1  # the last word gives its counts to the core
        run = Run(*(np.zeros(shape, np.int64) for shape in (len(counts), (len(counts), network.outputs), len(counts))))
        with self._played() as player:
            player.play(self.host.setup())
            for chosen, valid in _rows(len(counts)):
                _, computed, *read = (player.play(pins) for _, pins in self._beat(counts[chosen]))
                classes, potentials = self.host.answer(np.concatenate(read)[fetch.sampled, 0])
                risen = lanes_of(computed[:, 1]).argmax(axis=0)
                beats = chosen[valid]
                run.classes[beats], run.potentials[beats] = classes[valid], potentials[valid]
                run.cycles[beats] = risen[valid] - before + network.inputs
        return run

    def pieces(self, counts: np.ndarray, delays: Mapping[int, tuple[float, float]], step: float) -> Iterator[Piece]:
        """What nets do while a beat is written, up to its last bit; while the core computes and the frame ends;
        while the class is read, up to its last bit; and while the potentials are, and the frame ends. Each lane plays
        the beat before its first one too, unseen.
        """
        nets = self.netlist.nets
        deep = max(1, ROOM // (16 * nets))
        with self._played() as plain, self._played(ticks(delays, step)) as delayed:
            for player in (plain, delayed):
                player.play(self.host.setup())
            for row, (chosen, valid) in enumerate(_rows(len(counts), unseen=1)):
                lanes = int(np.packbits(valid, bitorder="little").view(np.uint64)[0])
                for part, pins in self._beat(counts[chosen]):
                    for first in range(0, len(pins), deep):
                        now = pins[first : first + deep]
                        size = 1 + 2 * len(now)
                        snapshots = Snapshots(np.zeros((size, nets), np.uint64), np.zeros(size, np.uint64))
                        moves = np.zeros(nets, np.int64), np.zeros(nets, np.int64)
                        plain.play(now, lanes, snapshots)
                        delayed.play(now, lanes, moves=moves)
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
        start, fetch = self.host.start(counts), self.host.fetch()
        edge = int(start.sampled[-1]) + 1
        wait = np.concatenate([start.pins[edge:], idle(self.wait)])
        klass = int(fetch.sampled[8 * FIRST_WORD - 1]) + 1
        return zip(PARTS, (start.pins[:edge], wait, fetch.pins[:klass], fetch.pins[klass:]), strict=True)


def _shared(content: bytes) -> np.ndarray:
    """The same for all lanes, uint8[lanes, bytes]."""
    return np.tile(np.frombuffer(content, np.uint8), (LANES, 1))


def _rows(beats: int, unseen: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which beat each lane plays, int64[lanes], and whether it counts; each begins with so many before its own."""
    edges = np.array(starts_of(beats))
    for row in range(-unseen, int(np.diff(edges).max())):
        chosen = edges[:-1] + row
        yield np.minimum(chosen, beats - 1), (row >= 0) & (chosen < edges[1:])
