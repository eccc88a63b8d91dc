"""A monitor's chip on a bus: samples from the pins and from the host, events that are taken in time or late."""

from __future__ import annotations

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.monitor_model import MonitorModel
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.signals.ecg.abused import abuse
from sparrow_ecg.model.signals.ecg.mitdb import ZERO
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions.bus import PATIENCE, Bus
from sparrow_ecg.sim.mutation.sessions.monitor import WATCHED, WORK, doubtful, recordings
from sparrow_ecg.sim.mutation.sessions.pulses import critical, crowded, overdue, slow
from sparrow_ecg.sim.mutation.sessions.shapes import close, drawn, firing, ranged

SHOWN = ("status", "event", "beat", "cause", "time")


def play(pins: Pins, build: Build, scale: int) -> None:
    """Causes and limits, too. Raises VerificationError."""
    model = MonitorModel(build.monitor_chip.controller)
    bus = Bus(pins, model)
    rng, protocol = bus.rng, bus.protocol
    front = FrontEnd.of(build.network, build.rate)
    if scale > 1:
        for base in (ZERO, 2):
            _hurry(bus, critical(front, 40 * scale, 3, base).tolist(), resets=False)
        _hurry(bus, crowded(front, 30 * scale, 3).tolist(), resets=False)
        _hurry(bus, critical(front, 40 * scale, 5, highest=1000).tolist(), resets=False)
        _hurry(bus, overdue(front, 12, 1).tolist(), resets=False)
        _hurry(bus, slow(front, 170).tolist(), resets=False)
        _hurry(bus, drawn(front, 40, 2).tolist(), resets=False)
        for silent, apart in ((1, 5), (0, 40)):
            for codes in close(front, build.network, build.config.neuron, 30, 2, silent, apart):
                _hurry(bus, codes.tolist(), resets=False)
        for codes in ranged(front, build.network, build.config.neuron, 40, 1):
            _hurry(bus, codes.tolist(), resets=False)
        _hurry(bus, doubtful(45 * scale, 3).tolist())
        _hurry(bus, abuse(doubtful(30 * scale, 4), 4).tolist())
        _too_fast(bus)
        return
    for codes in [firing(front, build.network, True, 1), *recordings(20)]:
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
                for name in SHOWN:
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


def _hurry(bus: Bus, codes: list[int], resets: bool = True) -> None:
    """Samples whenever it is at rest, and a host that reads every event, and now and then anything.
    resets: as of a monitor.
    """
    pins, model, rng, protocol = bus.pins, bus.model, bus.rng, bus.protocol
    assert isinstance(model, MonitorModel)
    registers = [f"controller.monitor.{name}" for name in WATCHED]
    bus.reset()
    block, told, rests, away = -1, 0, True, 0
    for code in codes:
        if resets and rng.random() < (0.002 if model.stream.state.quality.off else 0.00005):
            bus.reset(1 + block % 2)  # where the lead is off, one cycle tells more than two
            block, told = -1, 0
        if rests and rng.integers(64):
            pins["sample"], pins["sample_valid"] = code, 1
            pins.row()
            pins["sample_valid"], pins["sample"] = 0, int(rng.integers(1 << 11))
            model.sample(code)
        else:
            bus.access("sample", code)
            rests = rng.integers(32) == 0
            if not rests:  # the host writes the next one while this one is worked on
                continue
        bus.rest(WORK)
        state = model.stream.state
        if state.block != block:
            block = state.block
            pins.look(*registers)
            seen = [pins[name] for name in registers]
            if seen != [int(value) for value in state.probes]:
                raise VerificationError(f"after {block} blocks: {seen}, not {list(state.probes)}")
        if model.told != told or rng.integers(40) == 0:
            for name in SHOWN:
                bus.access(name)
        if model.told != told or rng.integers(2000) == 0:
            told = model.told
            depth = model.controller.depth  # the host may be away until events are lost
            away = depth + 3 if not away and rng.integers(20) == 0 else max(0, away - 1)
            late = rng.integers(20) == 0 if len(model.events) < depth else rng.integers(3) == 0
            if not away and ((model.events and not late) or rng.integers(8) == 0):
                bus.access("cause", int(rng.integers(1 + protocol.full("cause"))))
                while model.events and rng.integers(4):
                    bus.access("done", model.events[0].sequence)
                    bus.access("event")
                    bus.access("beat")
            bus.rest()
            if rng.integers(10) == 0:
                bus.access("settings", int(rng.integers(2)))
                usual = model.events[-1].previous if model.events else 128
                shortest, longest = (usual + int(rng.integers(-1, 2)) for _ in range(2))
                bus.access("limits", protocol.word("limits", shortest=shortest % 256, longest=longest % 256))
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
