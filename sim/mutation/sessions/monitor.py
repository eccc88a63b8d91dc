"""A monitor: generated ECG, and what abuse makes of it, with stalls of samples and beats and a reset."""

from __future__ import annotations

import random

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.frontend.monitor import beat_layout
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import PROBES, FrontEnd
from sparrow_ecg.model.frontend.stream import Stream
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.abused import TOP, abuse
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE, ZERO
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions.pulses import critical, crowded, slow
from sparrow_ecg.sim.mutation.sessions.shapes import drawn, firing
from sparrow_ecg.sim.rtl.monitor import NAMES, REGISTERS, RENAMED

PATIENCE = 5000  # cycles without a sample taken
WORK = 50  # cycles in which it mostly comes to rest
# Registers that must be those of the model while the monitor is at rest, in the order of `NAMES`.
WATCHED = tuple(
    REGISTERS[part].format(RENAMED.get(name, name)).removeprefix("dut.")
    for part, names in PROBES.items()
    for name in names
)


def recordings(seconds: float) -> list[np.ndarray]:
    """Codes: of a heart whose electrodes come off, and of another."""
    return [abuse(generate("abused", seconds, seed=1).codes, 3), generate("mutation", seconds).codes]


def doubtful(seconds: int, seed: int) -> np.ndarray:
    """Codes of what may be a beat or not: high and low ones, early and late ones, narrow and wide ones, of one sign or
    the other, in noise, and now and then none for seconds. Any threshold has something just over and under it.
    """
    rng = np.random.default_rng(seed)
    signal = np.zeros(seconds * SAMPLING_RATE)
    at, end = 0.5 * SAMPLING_RATE, 0.0
    while at < len(signal):
        if at >= end:  # another patient
            level, usual = np.exp(rng.uniform(np.log(25), np.log(900))), rng.uniform(0.3, 1.2)
            signs = ([1, 1, 1, -1], [-1])[int(rng.integers(4) == 0)]
            noise, end = rng.choice([0, 1, 4, 20]), at + rng.uniform(3, 15) * SAMPLING_RATE
        height = level * (rng.uniform(0.05, 1.3) if rng.random() < 0.4 else rng.normal(1, 0.08)) * rng.choice(signs)
        wide = rng.uniform(2, 14)
        first, last = max(0, int(at - 4 * wide)), min(len(signal), int(at + 4 * wide) + 1)
        signal[first:last] += height * np.exp(-(((np.arange(first, last) - at) / wide) ** 2) / 2)
        factor = rng.choice([rng.normal(1, 0.08), rng.uniform(0.3, 0.9), rng.uniform(1.4, 2.0)], p=[0.6, 0.25, 0.15])
        interval = rng.uniform(2.5, 5) if rng.random() < 0.02 else max(0.12, usual * factor)
        following = at + interval * SAMPLING_RATE
        part = slice(int(at), int(min(following, len(signal))))
        signal[part] += rng.normal(0, 1, part.stop - part.start) * noise
        at = following
    drift = 150 * np.sin(np.arange(len(signal)) / SAMPLING_RATE * 2 * np.pi * 0.2)
    return np.clip(np.rint(ZERO + signal + drift), 0, TOP).astype(np.int64)


def play(pins: Pins, build: Build, scale: int) -> None:
    """All pins in every cycle, with stalls; with a scale over 1 long recordings, at which checks look once a block.
    Raises VerificationError.
    """
    front = FrontEnd.of(build.network, build.rate)
    if scale == 1:
        for turn, codes in enumerate([firing(front, build.network, True, 1), *recordings(20)]):
            _Player(pins, build, often=0.3 * (turn % 2)).play(codes.tolist())
        return
    seconds = 60 * scale
    for seed, base in enumerate((ZERO, 2)):
        _Player(pins, build).hurry(critical(front, seconds, seed, base).tolist(), resets=False)
    _Player(pins, build).hurry(crowded(front, seconds // 2, 0).tolist(), resets=False)
    _Player(pins, build).hurry(slow(front, 170).tolist(), resets=False)
    _Player(pins, build).hurry(firing(front, build.network, False, 1).tolist(), resets=False)
    _Player(pins, build).hurry(drawn(front, 40, 1).tolist(), resets=False)
    _Player(pins, build).hurry(doubtful(seconds // 2, 1).tolist())
    _Player(pins, build).hurry(abuse(doubtful(seconds // 2, 2), 2).tolist())


class _Player:
    """From a reset on. often: how often a sample or the taker of a beat makes the other wait."""

    def __init__(self, pins: Pins, build: Build, often: float = 0.0):
        self.pins, self.build, self.often = pins, build, often
        self.random = random.Random(1)
        layout = beat_layout(build.geometry)
        self.beat, self.result = layout["beat"], layout["result"]
        self.reset()

    def reset(self) -> None:
        pins = self.pins
        self.stream = Stream(FrontEnd.of(self.build.network, self.build.rate))
        self.due: list[tuple[int, int, int]] = []  # of beats to come: the bits of `BEAT`, and of a result, and a mask
        pins["rst"], pins["samples__valid"], pins["beats__ready"] = 1, 0, 0
        pins.row()
        pins["rst"] = 0

    def play(self, codes: list[int]) -> None:
        pins = self.pins
        taken = quiet = 0
        offered = False
        while taken < len(codes) or self.due:
            offered = taken < len(codes) and (offered or self.random.random() >= self.often)
            takes = self.random.random() >= self.often
            pins["samples__valid"], pins["beats__ready"] = offered, takes
            pins["samples__payload"] = codes[taken] if offered else self.random.getrandbits(11)
            pins.row()
            pins.look("beats__valid", *(["samples__ready"] if offered else []))
            if pins["beats__valid"]:
                self._told(takes)
            quiet += 1
            if quiet > PATIENCE:
                raise VerificationError(f"nothing moves after {taken} samples")
            if not pins["clock_request"]:
                self._same_state()
            if offered and pins["samples__ready"]:
                self.due += [self._expected(told, counts) for told, counts in self.stream.push(codes[taken])]
                taken, offered, quiet = taken + 1, False, 0

    def hurry(self, codes: list[int], resets: bool = True) -> None:
        """A sample whenever it is at rest. resets: now and then; what was made for what the detector has learnt needs
        one that forgets nothing.
        """
        pins = self.pins
        block = -1
        for code in codes:
            if resets and self.random.random() < (0.002 if self.stream.state.quality.off else 0.00005):
                self.reset()
            pins["samples__valid"], pins["samples__payload"], pins["beats__ready"] = 1, code, 0
            pins.row()
            pins.look("samples__ready", "beats__valid", "clock_request")
            if not pins["samples__ready"]:
                raise VerificationError("no sample is taken at rest")
            self.due += [self._expected(told, counts) for told, counts in self.stream.push(code)]
            pins["samples__valid"], pins["samples__payload"] = 0, self.random.getrandbits(11)
            for _ in range(PATIENCE // WORK):
                pins.row(WORK)
                pins.look("beats__valid", "clock_request")
                if pins["beats__valid"]:
                    self._told(True)
                    pins["beats__ready"] = 1
                    pins.row()
                    pins["beats__ready"] = 0
                elif not pins["clock_request"]:
                    break
            if self.due:
                raise VerificationError("a beat is not told")
            if self.stream.state.block != block:
                block = self.stream.state.block
                self._same_state()

    def _expected(self, told, counts) -> tuple[int, int, int]:
        beat = {"peak": told.peak // BLOCK, "previous": told.rhythm[0] // BLOCK, "judged": int(counts is not None)}
        bits = sum(value << self.beat.shape[name].offset for name, value in beat.items()) << self.beat.offset
        mask = (1 << self.beat.shape.size) - 1 << self.beat.offset
        if counts is not None:
            trace = golden.run(self.build.network, np.array([counts]), self.build.config.neuron)
            layout = result_layout(self.build.geometry)
            width = self.build.geometry.potential_bits
            start = self.result.offset + layout["potentials"].offset
            bits |= int(trace.classes[0]) << self.result.offset + layout["klass"].offset
            for i, potential in enumerate(trace.outputs[0].tolist()):
                bits |= potential % (1 << width) << start + i * width
            mask |= (1 << layout.size) - 1 << self.result.offset
        return bits, mask, len(self.due)

    def _told(self, takes: bool) -> None:
        if not self.due:
            raise VerificationError("a beat that is none")
        bits, mask, _ = self.due[0]
        if (self.pins["beats__payload"] ^ bits) & mask:
            raise VerificationError(f"a beat is {self.pins['beats__payload'] & mask:x}, not {bits:x}")
        self.pins.look_bits("beats__payload", mask)
        if takes:
            self.due.pop(0)

    def _same_state(self) -> None:
        """It is at rest."""
        state = self.stream.state
        self.pins.look("off", "block", "clock_request")
        if (self.pins["off"], self.pins["block"]) != (state.quality.off, state.block % (1 << 24)):
            raise VerificationError(f"after {state.block} blocks: off or block is wrong")
        inside = zip(NAMES, WATCHED, state.probes, strict=True) if WATCHED[0] in self.pins.lanes.outputs else ()
        for name, register, value in inside:
            self.pins.look(register)
            if self.pins[register] != value:
                raise VerificationError(f"after {state.block} blocks: {name} is {self.pins[register]}, not {value}")
