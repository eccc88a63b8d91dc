"""A chip on a bus: random accesses, good and bad, against its golden model."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.controller import State
from sparrow_ecg.hw.host.monitor_model import MonitorModel
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, number
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.signals.ecg.abused import abuse
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions import core
from sparrow_ecg.sim.mutation.sessions.monitor import WATCHED, WORK, doubtful, recordings

PATIENCE = 20_000  # cycles


class Bus:
    """A host of the chip, and the model that it believes."""

    def __init__(self, pins: Pins, model: ChipModel | MonitorModel):
        self.pins, self.model = pins, model
        self.protocol = Protocol(model.controller.map)
        self.numbers = {name: number(register) for name, register in self.protocol.registers.items()}
        self.rng = np.random.default_rng(1)

    def reset(self) -> None:
        self.pins["rst"] = 1
        self.pins.row(2)
        self.pins["rst"] = 0
        self.model.reset()

    def _transfer(self, address: int, word: int | None) -> tuple[int, int]:
        """What is read, and whether it failed."""
        pins, rng = self.pins, self.rng
        pins["psel"], pins["penable"], pins["pwrite"] = 1, 0, word is not None
        pins["paddr"], pins["pwdata"] = 4 * address, int(rng.integers(1 << 32)) if word is None else word
        pins.row()
        pins.look("pslverr", "clock_request")
        pins["penable"] = 1
        pins.row()
        for _ in range(PATIENCE):
            pins.look("pready")
            if pins["pready"]:
                break
            pins.row()
        seen = pins["prdata"], pins["pslverr"]
        pins.look("pslverr", *(["prdata"] if word is None else []))
        pins["psel"] = pins["penable"] = 0
        pins["paddr"], pins["pwdata"] = int(rng.integers(1 << ADDRESS_BITS + 2)), int(rng.integers(1 << 32))
        return seen

    def read(self, name: str) -> int:
        """Whatever is there."""
        return self._transfer(self.numbers[name], None)[0]

    def access(self, name: str | int, word: int | None = None) -> int:
        """Read a register, or write to it. Raises VerificationError when the chip does not do what its model does."""
        model = self.model
        address = name if isinstance(name, int) else self.numbers[name]
        read, failed = self._transfer(address, word)
        cause, _ = model.registers.read(address) if word is None else model.registers.write(address, word)
        self._same("pslverr", failed, int(cause is not None))
        if word is not None:
            model.write(address, word)
            return 0
        self._same(f"register {address:#x}", read, model.read(address))
        return read

    def rest(self, at_once: int = 1) -> None:
        """Wait until it asks for no clock, so many cycles at once; then the interrupt is right."""
        for _ in range(PATIENCE):
            self.pins.row(at_once)
            self.pins.look("clock_request")
            if not self.pins["clock_request"]:
                if isinstance(self.model, ChipModel):
                    self.model.settle()
                self.pins.look("clock_request", "irq", "pslverr")
                self._same("irq", self.pins["irq"], self.model.irq)
                return
        raise VerificationError("the chip never rests")

    def all(self) -> None:
        """Every address."""
        for address in range(1 << ADDRESS_BITS):
            self.access(address)
        self.rest()

    def _same(self, what: str, seen: int, expected: int) -> None:
        if seen != expected:
            raise VerificationError(f"{what}: {seen:#x}, not {expected:#x}")

    def random(self) -> None:
        """One access, as any software might make it."""
        rng, protocol = self.rng, self.protocol
        names = list(self.numbers)
        name = names[rng.integers(len(names))]
        if rng.integers(2):
            self.access(int(rng.integers(1 << ADDRESS_BITS)) if rng.integers(3) == 0 else name)
            return
        word = int(rng.choice([int(rng.integers(1 << 32)), 0, 0xFFFFFFFF, 1 << int(rng.integers(32))]))
        if name == "control" and rng.integers(4):
            word = protocol.word("control", clear=1)
        self.access(name, word)


def play_chip(pins: Pins, build: Build, scale: int) -> None:
    """Beats, images that are right and wrong, settings, and what is none of them. Raises VerificationError."""
    model = ChipModel(build.chip.controller, build.network)
    bus = Bus(pins, model)
    rng, protocol = bus.rng, bus.protocol
    image = build.images.of(build.network) if build.images else b""  # type: ignore[union-attr]
    beats = np.concatenate([core.drawn(build, 50 * scale, rng), core.telling(build, 20_000, rng)[: 300 * scale]])
    turns = len(beats)
    for turn in range(turns):
        if turn % 40 == 0:
            bus.reset()
            bus.rest()
            bus.all()
        if turn // 40 % 2:  # counters grow to their ends
            bus.access("settings", protocol.full("settings"))
        else:
            for _ in range(int(rng.integers(4))):
                bus.random()
                bus.rest()
            bus.access("settings", int(rng.integers(1 + protocol.full("settings"))))
        if image and (model.loaded is None or rng.integers(4) == 0):
            _load(bus, image)
        bus.access("control", protocol.word("control", start=1))
        counts = beats[turn] if rng.integers(8) else rng.integers(0, 256, build.network.inputs)
        sent = bytes(counts.tolist()) + bytes(-len(counts) % 4)
        if rng.integers(12) == 0:
            sent = sent[: 4 * int(rng.integers(len(sent) // 4))]
        for k in range(0, len(sent), 4):
            bus.access("beat", int.from_bytes(sent[k : k + 4], "big"))
        if turn % 40 >= 30 and model.state == State.RUN and model.latency > 100:
            pins.row(8)  # until the last count has gone to the core
            bus.access("control", protocol.word("control", start=1))
            bus.access("control", protocol.word("control", clear=1))  # the model does not say how far counters got
            bus.access("status")
            bus.access("result")
        bus.rest()
        shown = [name for name in bus.numbers if name.startswith("potential")]
        if turn // 40 % 2:
            shown += [name for name in ("beats", "cycles", "spikes_fired", "weights_read") if name in bus.numbers]
        for name in ("status", "error", "result", *shown):
            bus.access(name)
        if rng.integers(2):
            bus.access("status", protocol.word("status", result_valid=1))
            bus.rest()
        bus.access("error", int(rng.integers(1 + protocol.full("error"))))
        bus.rest()
    bus.all()


def _load(bus: Bus, image: bytes) -> None:
    """An image: as it is, cut, with a bit flipped, or with words too many."""
    rng = bus.rng
    kind = rng.integers(5)
    sent = bytearray(image)
    if kind == 0:
        flipped = int(rng.integers(8 * len(sent)))
        sent[flipped // 8] ^= 1 << flipped % 8
    elif kind == 1:
        sent = sent[: 4 * int(rng.integers(len(sent) // 4))]
    elif kind == 2:
        sent[-4 + int(rng.integers(4))] ^= 1 << int(rng.integers(8))  # of the CRC
    bus.access("control", bus.protocol.word("control", load=1))
    for k in range(0, len(sent), 4):
        bus.access("weights", int.from_bytes(sent[k : k + 4], "big"))
    bus.rest()
    bus.access("image")
    if bus.model.loaded is None:  # type: ignore[union-attr]
        bus.access("control", bus.protocol.word("control", load=1))
        for k in range(0, len(image), 4):
            bus.access("weights", int.from_bytes(image[k : k + 4], "big"))
        bus.rest()


def play_monitor_chip(pins: Pins, build: Build, scale: int) -> None:
    """Samples from the pins and from the host, events that are taken in time or late, causes and limits. Raises
    VerificationError.
    """
    model = MonitorModel(build.monitor_chip.controller)
    bus = Bus(pins, model)
    rng, protocol = bus.rng, bus.protocol
    if scale > 1:
        _hurry(bus, doubtful(45 * scale, 3).tolist())
        _hurry(bus, abuse(doubtful(30 * scale, 4), 4).tolist())
        _too_fast(bus)
        return
    for codes in recordings(20):
        bus.reset()
        bus.rest()
        bus.all()
        late = False
        for k, code in enumerate(codes.tolist()):
            if rng.integers(50):
                pins["sample"], pins["sample_valid"] = code, 1
                pins.row()
                pins.look("clock_request")
                pins["sample_valid"], pins["sample"] = 0, int(rng.integers(1 << 11))
                model.sample(code)
            else:
                bus.access("sample", code)
            bus.rest()
            if k % 2000 == 0:
                late = bool(rng.integers(2))
                bus.access("settings", int(rng.integers(2)))
            if rng.integers(20) == 0:
                bus.random()
                bus.rest()
            if model.events and rng.integers(400 if late else 30) == 0:
                for name in ("status", "event", "beat", "cause", "time"):
                    bus.access(name)
                told = model.events[0]
                bus.access("done", (told.sequence + int(rng.integers(4) == 0)) % 256)
                shortest, longest = (told.previous + int(rng.integers(-1, 2)) for _ in range(2))
                bus.access("limits", protocol.word("limits", shortest=shortest % 256, longest=longest % 256))
                bus.access("mask", 1 << int(rng.integers(19)))
                bus.access("cause", int(rng.integers(1 + protocol.full("cause"))))
                bus.rest()
        bus.all()


def inside() -> tuple[str, ...]:
    """Registers of the front end, as in a monitor."""
    return tuple(f"controller.monitor.{name}" for name in WATCHED)


def _hurry(bus: Bus, codes: list[int]) -> None:
    """Samples whenever it is at rest, and a host that reads every event, and now and then anything."""
    pins, model, rng, protocol = bus.pins, bus.model, bus.rng, bus.protocol
    assert isinstance(model, MonitorModel)
    registers = [f"controller.monitor.{name}" for name in WATCHED]
    bus.reset()
    block, told = -1, 0
    for code in codes:
        pins["sample"], pins["sample_valid"] = code, 1
        pins.row()
        pins["sample_valid"], pins["sample"] = 0, int(rng.integers(1 << 11))
        model.sample(code)
        bus.rest(WORK)
        state = model.stream.state
        if state.block != block:
            block = state.block
            pins.look(*registers)
            seen = [pins[name] for name in registers]
            if seen != [int(value) for value in state.probes]:
                raise VerificationError(f"after {block} blocks: {seen}, not {list(state.probes)}")
        if model.told != told or rng.integers(2000) == 0:
            told = model.told
            for name in ("status", "event", "beat", "cause", "time"):
                bus.access(name)
            late = rng.integers(20) == 0 if len(model.events) < model.controller.depth else rng.integers(3) == 0
            if (model.events and not late) or rng.integers(8) == 0:
                bus.access("cause", int(rng.integers(1 + protocol.full("cause"))))
                while model.events and rng.integers(4):
                    bus.access("done", model.events[0].sequence)
                    bus.access("event")
                    bus.access("beat")
            bus.rest()
            if rng.integers(10) == 0:
                bus.access("settings", int(rng.integers(2)))
                bus.access("limits", int(rng.integers(1 << 16)))
                bus.access("mask", int(rng.integers(1 << 19)))
        if rng.integers(500) == 0:
            bus.random()
            bus.rest()
    bus.all()


def _too_fast(bus: Bus) -> None:
    """Samples that come faster than they can be taken: what is lost is told and counted, and the rest is heard."""
    pins, rng, protocol = bus.pins, bus.rng, bus.protocol
    for every in (1, 2, 3, 5) * 4:
        bus.reset()
        bus.rest()
        samples = 400
        before = protocol.field("samples_lost", "count", bus.access("samples_lost"))
        for _ in range(samples):
            pins["sample"], pins["sample_valid"] = int(rng.integers(1 << 11)), 1
            pins.row()
            pins["sample_valid"] = 0
            pins.row(every - 1)
        for _ in range(PATIENCE):
            pins.row()
            if not pins["clock_request"]:
                break
        lost, cause, blocks = (bus.read(name) for name in ("samples_lost", "cause", "time"))
        full = lost == protocol.full("samples_lost")  # there it stays, whatever is lost
        lost -= before
        told = bool(lost) == bool(protocol.field("cause", "sample_lost", cause))
        if not told or (not full and blocks != (samples - lost) // BLOCK):
            raise VerificationError(f"{lost} of {samples} samples lost, and {blocks} blocks")
