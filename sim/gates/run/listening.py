"""A monitor chip's netlist on stretches of records, with a microcontroller at its SPI pins that reads every beat.

Time passes as it does on a wrist while a host speaks: samples come at their rate, whatever the frames are at. Each
lane has a host of its own, which sleeps until ``irq`` rises and then does what the functions of the C driver do.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import ClassVar

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.monitor_model import Event
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import DATA_BITS
from sparrow_ecg.hw.host.spi import LEAD
from sparrow_ecg.sim.gates.netlist.netlist import Netlist
from sparrow_ecg.sim.gates.run.gatesim import LANES
from sparrow_ecg.sim.gates.run.monitorsim import CLOCK_HZ, FEW, ONES, RESET, MonitorSimulator
from sparrow_ecg.sim.gates.run.played import Played, lanes_of

PERIOD = 4  # cycles of the chip's clock in a period of ``sck``: the shortest that the slave takes
PINS = ("rst", "sample_valid", "cs_n", "sck", "mosi")
RST, VALID, TALK, SAMPLE = 0, 1, slice(2, 5), slice(len(PINS), None)
IDLE = np.array([1, 0, 0], np.uint8)  # cs_n, sck, mosi
IRQ, MISO = 1, 2  # of what is watched
PATIENCE = 500  # times between samples
LATER = 91  # cycles at most until a host begins a frame: so that frames and samples meet in any way


def wave(frame: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Pins ``cs_n``, ``sck``, ``mosi`` in each cycle of a frame, uint8[cycles, 3], and the cycles at whose end the host
    looks at ``miso``, one a bit.
    """
    bits = np.unpackbits(np.frombuffer(frame, np.uint8))
    pins = np.zeros((PERIOD * len(bits) + 3 * LEAD, len(IDLE)), np.uint8)
    clocked = pins[LEAD : -2 * LEAD].reshape(len(bits), PERIOD, len(IDLE))
    clocked[:, PERIOD // 2 :, 1] = 1
    clocked[:, :, 2] = bits[:, None]
    pins[-LEAD:] = IDLE
    return pins, LEAD + PERIOD // 2 - 1 + PERIOD * np.arange(len(bits))


class Host:
    """A microcontroller, which is interrupted by beats. read: where they go when it has read them."""

    def __init__(self, protocol: Protocol, read: list[Event], seed: int):
        self.protocol, self.read, self.rng = protocol, read, np.random.default_rng(seed)
        self.dialogue: Generator[bytes, bytes, None] | None = None
        self.wave, self.sampled = np.zeros((0, 3), np.uint8), np.zeros(0, np.int64)  # of this frame, by cycle
        self.at = 0  # cycle of the frame
        self.received: list[int] = []  # bits

    def speak(self, irq: bool, cycles: int) -> np.ndarray | None:
        """Pins ``cs_n``, ``sck``, ``mosi`` in the next cycles, uint8[cycles, 3]; None if it sleeps on."""
        if self.dialogue is None:
            if not irq:
                return None
            self.dialogue = self._answer()
            self._begin(next(self.dialogue))
        self.window = slice(self.at, self.at + cycles)
        pins = np.tile(IDLE, (cycles, 1))
        pins[: len(self.wave[self.window])] = self.wave[self.window]
        return pins

    def hear(self, miso: np.ndarray) -> None:
        """What came back in these cycles, uint8[cycles]."""
        assert self.dialogue is not None
        looked = self.sampled[(self.sampled >= self.window.start) & (self.sampled < self.window.stop)]
        self.received += miso[looked - self.window.start].tolist()
        self.at = self.window.stop
        if self.at >= len(self.wave):
            try:
                self._begin(self.dialogue.send(np.packbits(self.received).tobytes()))
            except StopIteration:
                self.dialogue = None

    def _begin(self, frame: bytes) -> None:
        later = int(self.rng.integers(0, LATER))
        pins, sampled = wave(frame)
        self.wave = np.concatenate([np.tile(IDLE, (later, 1)), pins])
        self.sampled, self.at, self.received = sampled + later, 0, []

    def _answer(self) -> Generator[bytes, bytes, None]:
        """Frames to be sent, and what comes back for each: as ecg_monitor_causes and ecg_monitor_read."""
        p = self.protocol
        (causes,) = p.words((yield p.read("cause"))).tolist()
        yield p.write("cause", causes)
        while True:
            event, beat = p.words((yield p.read("event", 2))).tolist()
            if not p.field("event", "valid", event):
                return
            fields = {name: p.field("event", name, event) for name in ("klass", "judged", "sequence")}
            fields |= {name: p.field("beat", name, beat) for name in ("peak", "previous")}
            self.read.append(Event(**fields))
            yield p.set("done", sequence=fields["sequence"])
            if p.field("event", "waiting", event) == 1:
                return


class ChipListener(MonitorSimulator):
    """A netlist of a monitor chip. hosted: with hosts; without, beats come and are dropped, and nobody speaks."""

    parts: ClassVar[tuple[str, ...]] = ("sample", "block", "talk")

    def __init__(self, netlist: Netlist, chip: Build, hosted: bool = True):
        super().__init__(netlist, chip)
        self.protocol = Protocol(chip.monitor_chip.controller.map)
        self.period = round(CLOCK_HZ / chip.rate)
        self.hosted = hosted

    def _nets(self) -> tuple[list[int], list[int]]:
        nets = self.netlist.inputs | self.netlist.outputs
        pins = [nets[name][0] for name in PINS] + nets["sample"]
        return pins, [nets[name][0] for name in ("clock_request", "irq", "miso")]

    def answers(self) -> list[list[Event]]:
        """Of each lane the beats that its host has read."""
        return self.told

    def _steps(self, player: Played, sample: np.ndarray | None) -> Iterator[tuple[str, np.ndarray]]:
        """As of a monitor; sample: None if there is none."""
        self.talking: list[int] = []
        if player.fresh:
            self.hosts = [Host(self.protocol, read, seed) for seed, read in enumerate(self.told if self.hosted else [])]
            reset = self._silent(RESET + 1)
            reset[:-1, RST] = ONES
            yield "block", reset
            if self.hosted:
                frame, _ = wave(self.protocol.write("mask", self.protocol.word("cause", beat=1)))
                setup = self._silent(len(frame))
                setup[:, TALK] = frame * ONES
                yield "block", setup
        irq = lanes_of(player.last_seen[IRQ : IRQ + 1])[0]
        spoken = [host.speak(bool(irq[lane]), self.period) for lane, host in enumerate(self.hosts)]
        spoken += [None] * (LANES - len(spoken))
        self.talking = [lane for lane, pins in enumerate(spoken) if pins is not None]
        pins = self._silent(self.period if self.talking else 1)
        if sample is not None:
            pins[0, VALID] = ONES
            pins[:, SAMPLE] = sample
        if self.talking:
            silent = np.tile(IDLE, (self.period, 1))
            lanes = np.stack([silent if each is None else each for each in spoken], axis=-1)  # [cycles, 3, lanes]
            pins[:, TALK] = np.packbits(lanes, axis=-1, bitorder="little").view(np.uint64)[:, :, 0]
            yield "talk", pins
            return
        yield "sample", pins
        still = np.repeat(pins, FEW, axis=0)
        still[:, VALID] = 0
        yield from self._work(player, still)

    def _collect(self, seen: np.ndarray) -> None:
        """What the hosts heard in some cycles, uint64[cycles, watched]."""
        miso = lanes_of(seen[:, MISO])
        for lane in self.talking:
            self.hosts[lane].hear(miso[:, lane])

    def _finish(self, player: Played) -> None:
        """Let the hosts read what there is, for as long as that may take."""
        for _ in range(PATIENCE):
            if not any(host.dialogue or player.last_seen[IRQ] for host in self.hosts):
                return
            for _, pins in self._steps(player, None):
                self._collect(player.play(pins))

    def _silent(self, cycles: int) -> np.ndarray:
        pins = np.zeros((cycles, len(self.pins)), np.uint64)
        pins[:, TALK] = IDLE * ONES
        return pins


class SpiFed(ChipListener):
    """The same, with samples that come in SPI frames instead: in the cheapest that there is, one that has begun long
    ago and goes on for ever, a word for each sample. Nobody reads beats.
    """

    def __init__(self, netlist: Netlist, chip: Build):
        super().__init__(netlist, chip, hosted=False)

    def _steps(self, player: Played, sample: np.ndarray | None) -> Iterator[tuple[str, np.ndarray]]:
        if player.fresh:
            yield from super()._steps(player, None)
            begun, _ = wave(self.protocol.send("sample", b""))
            pins = self._silent(len(begun) - 2 * LEAD)
            pins[:, TALK] = begun[: len(pins)] * ONES
            yield "block", pins
        assert sample is not None
        bits = np.zeros((DATA_BITS, 1), np.uint64)
        bits[-len(sample) :, 0] = sample[::-1]
        pins = self._silent(PERIOD * DATA_BITS)
        clocked = pins.reshape(DATA_BITS, PERIOD, -1)[:, :, TALK]
        clocked[:, :, 0] = 0
        clocked[:, PERIOD // 2 :, 1] = ONES
        clocked[:, :, 2] = bits
        yield "talk", pins
