"""SPI frames of the chip: good ones, by the names of the register map, and ones that went wrong on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.registers.map import number, register_name, registers
from sparrow_ecg.hw.host.spi import WRITE
from sparrow_ecg.model.network.drawn import random_beats
from sparrow_ecg.model.network.network import Network


class Frames:
    """Frames for a chip's map."""

    def __init__(self, controller: Controller):
        self.controller = controller
        self.numbers = {register_name(register): number(register) for register in registers(controller.map)}

    def read(self, name: str, words: int = 1) -> bytes:
        return bytes([self.numbers[name], 0]) + bytes(4 * words)

    def write(self, name: str, *words: int) -> bytes:
        return self.send(name, b"".join(word.to_bytes(4, "big") for word in words))

    def send(self, name: str, content: bytes) -> bytes:
        return bytes([WRITE | self.numbers[name]]) + content.ljust(-(-len(content) // 4) * 4, b"\0")

    def beat(self, counts: np.ndarray) -> bytes:
        """Start, and the whole beat, in one frame."""
        return self.send("control", (1).to_bytes(4, "big") + bytes(counts.tolist()))

    def image(self, image: bytes) -> tuple[bytes, bytes]:
        return self.write("control", 2), self.send("weights", image)


@dataclass(frozen=True)
class Wrong:
    """A frame and how many of its bits are sent."""

    sent: bytes
    bits: int


class Traffic:
    """Random and mutated frames, without end."""

    def __init__(self, controller: Controller, networks: list[Network], seed: int):
        self.frames = Frames(controller)
        self.rng = np.random.default_rng(seed)
        self.networks = networks

    def __iter__(self) -> Iterator[Wrong]:
        while True:
            for frame in self._good():
                yield self._mutate(frame)

    def _good(self) -> list[bytes]:
        rng, frames = self.rng, self.frames
        network = self.networks[rng.integers(len(self.networks))]
        match rng.choice(["read", "write", "beat", "beat", "beat", "image", "answer", "clear", "noise"]):
            case "read":
                return [frames.read(str(rng.choice(list(frames.numbers))), int(rng.integers(1, 6)))]
            case "write":
                name = str(rng.choice(list(frames.numbers)))
                words = rng.integers(0, 1 << 32, rng.integers(1, 4))
                if name == "control":
                    words &= 9 if rng.integers(8) else 15  # seldom a load or a reset
                return [frames.write(name, *map(int, words))]
            case "beat":
                enable = frames.write("settings", int(rng.integers(8)))
                return [enable, frames.beat(random_beats(rng, network, 3)[rng.integers(3)])]
            case "image":
                image = bytearray(self.frames.controller.images.of(network)) if self.frames.controller.images else b"\0"
                if rng.integers(4) == 0:  # one bit flipped, or its end missing, or as it should be
                    flipped = int(rng.integers(8 * len(image)))
                    image[flipped // 8] ^= 1 << flipped % 8
                elif rng.integers(4) == 0:
                    image = image[: rng.integers(len(image))]
                return [*frames.image(bytes(image))] if "weights" in frames.numbers else []
            case "answer":
                return [frames.read("status", 2), frames.read("result", 1 + self.networks[0].outputs)]
            case "clear":
                return [frames.write("status", 2), frames.write("error", int(rng.integers(1 << 9)))]
        return [rng.bytes(rng.integers(1, 12))]

    def _mutate(self, frame: bytes) -> Wrong:
        rng, bits = self.rng, 8 * len(frame)
        match rng.integers(12):
            case 0:
                bits = int(rng.integers(bits))  # cut short
            case 1:
                frame, bits = frame + rng.bytes(5), bits + int(rng.integers(1, 41))  # clocks too many
            case 2:
                flipped = bytearray(frame)
                flipped[rng.integers(len(frame))] ^= 1 << int(rng.integers(8))
                frame = bytes(flipped)
            case 3:
                bits = 0  # chip select alone
        return Wrong(frame, bits)
