"""A beat as a frame of SPI: counts go out, clocks in which the core computes, and the answer comes back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.registers.map import number, register_at
from sparrow_ecg.hw.host.sck_slave import CLASS_BITS
from sparrow_ecg.hw.host.spi import WRITE

ANSWERED = 1 << CLASS_BITS  # bit of the first byte of an answer


@dataclass(frozen=True)
class BeatFrames:
    """Frames of beats for a chip.

    command: the number of the register BEAT. latency: the most clocks from the last count to the answer.
    """

    command: int
    inputs: int
    input_bits: int
    outputs: int
    potential_bits: int
    latency: int

    @staticmethod
    def of(controller: Controller) -> BeatFrames:
        g = controller.geometry
        command = number(register_at(controller.map, "BEAT"))
        return BeatFrames(
            command, g.shape[0], g.input_bits, g.shape[-1], g.potential_bits, controller.built["latency_clocks"]
        )

    @property
    def counted(self) -> int:
        """Bits of a frame up to its last count."""
        return 8 + self.inputs * self.input_bits

    @property
    def potentials(self) -> int:
        """Bytes of an answer after its class."""
        return -(-self.outputs * self.potential_bits // 8)

    def answered(self, latency: int | None = None) -> int:
        """Bytes of a frame up to its answer, with so many clocks to the answer, by default the most."""
        return (self.counted + (self.latency if latency is None else latency)) // 8 + 1

    def classify(self, counts: np.ndarray, latency: int | None = None) -> bytes:
        """A whole beat. counts: integers[inputs]."""
        bits = "".join(f"{count:0{self.input_bits}b}" for count in counts.tolist())
        packed = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
        frame = bytes([WRITE | self.command]) + packed
        return frame.ljust(self.answered(latency) + 1 + self.potentials, b"\0")

    def fetch(self) -> bytes:
        """The answer of the last beat, if it was computed."""
        return bytes([self.command]) + bytes(1 + 1 + self.potentials)

    def answer(self, received: bytes) -> tuple[int, list[int]]:
        """Class and potentials from what came back for either; class -1 if there was no answer."""
        start = next(
            (k for k in range(1, len(received)) if received[k] & ANSWERED), len(received) - self.potentials - 1
        )
        packed = int.from_bytes(received[start + 1 : start + 1 + self.potentials], "big")
        bits, spare = self.potential_bits, 8 * self.potentials - self.outputs * self.potential_bits
        words = [packed >> spare + bits * (self.outputs - 1 - i) & (1 << bits) - 1 for i in range(self.outputs)]
        klass = received[start] % ANSWERED if received[start] & ANSWERED else -1
        return klass, [word - (word >> bits - 1 << bits) for word in words]
