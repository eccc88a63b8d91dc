"""SPI frames that random software might send, and ones that went wrong on the wire."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_beats


@dataclass(frozen=True)
class Wrong:
    """A frame and how many of its bits are sent."""

    sent: bytes
    bits: int


class Mutated(ABC):
    """Random and mutated frames, without end."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[Wrong]:
        while True:
            for frame in self._good():
                yield self._mutate(frame)

    @abstractmethod
    def _good(self) -> list[bytes]:
        """Frames as software might send them."""

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


class Traffic(Mutated):
    """For a chip, and the networks that it may load."""

    def __init__(self, controller: Controller, networks: list[Network], seed: int):
        super().__init__(seed)
        self.protocol, self.images = Protocol(controller.map), controller.images
        self.networks = networks

    def _good(self) -> list[bytes]:
        rng, protocol = self.rng, self.protocol
        names = list(protocol.registers)
        network = self.networks[rng.integers(len(self.networks))]
        match rng.choice(["read", "write", "beat", "beat", "beat", "image", "answer", "clear", "noise"]):
            case "read":
                return [protocol.read(str(rng.choice(names)), int(rng.integers(1, 6)))]
            case "write":
                name = str(rng.choice(names))
                words = rng.integers(0, 1 << 32, rng.integers(1, 4))
                if name == "control":  # seldom a load or a reset
                    harmless = protocol.word("control", start=1, clear=1)
                    words &= harmless if rng.integers(8) else protocol.full("control")
                return [protocol.write(name, *map(int, words))]
            case "beat":
                enable = protocol.write("settings", int(rng.integers(1 + protocol.full("settings"))))
                return [enable, protocol.start(random_beats(rng, network, 3)[rng.integers(3)])]
            case "image":
                image = bytearray(self.images.of(network)) if self.images else b"\0"
                if rng.integers(4) == 0:  # one bit flipped, or its end missing, or as it should be
                    flipped = int(rng.integers(8 * len(image)))
                    image[flipped // 8] ^= 1 << flipped % 8
                elif rng.integers(4) == 0:
                    image = image[: rng.integers(len(image))]
                return [*protocol.load(bytes(image))] if self.images else []
            case "answer":
                return [protocol.read("status", 2), protocol.read("result", 1 + self.networks[0].outputs)]
            case "clear":
                causes = int(rng.integers(1 + protocol.full("error")))
                return [protocol.set("status", result_valid=1), protocol.write("error", causes)]
        return [rng.bytes(rng.integers(1, 12))]
