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
from sparrow_ecg.model.signals.ecg.abused import abuse
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.rtl.monitor import NAMES, REGISTERS, RENAMED

PATIENCE = 5000  # cycles without a sample taken
# Registers that must be those of the model while the monitor is at rest, in the order of `NAMES`.
WATCHED = tuple(
    REGISTERS[part].format(RENAMED.get(name, name)).removeprefix("dut.")
    for part, names in PROBES.items()
    for name in names
)


def recordings(seconds: float) -> list[np.ndarray]:
    """Codes: of a heart, and of one whose electrodes come off."""
    heart = generate("mutation", seconds).codes
    return [heart, abuse(generate("abused", seconds, seed=1).codes, 3)]


def play(pins: Pins, build: Build, scale: int) -> None:
    """Raises VerificationError."""
    for turn, codes in enumerate(recordings(20 * scale)):
        _Player(pins, build, often=0.3 * turn).play(codes.tolist())


class _Player:
    """From a reset on. often: how often a sample or the taker of a beat makes the other wait."""

    def __init__(self, pins: Pins, build: Build, often: float):
        self.pins, self.build, self.often = pins, build, often
        self.random = random.Random(1)
        self.stream = Stream(FrontEnd.of(build.network, build.rate))
        layout = beat_layout(build.geometry)
        self.beat, self.result = layout["beat"], layout["result"]
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
