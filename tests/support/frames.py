"""SPI frames that random software might send to a chip that loads networks."""

from __future__ import annotations

from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.controller import Controller
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_beats
from sparrow_ecg.sim.rtl.traffic import Mutated


class Traffic(Mutated):
    """For a chip, and the networks that it may load."""

    def __init__(self, controller: Controller, networks: list[Network], seed: int):
        super().__init__(seed)
        self.protocol, self.images = Protocol(controller.map), controller.images
        self.beats = BeatFrames.of(controller)
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
                    harmless = protocol.word("control", clear=1)
                    words &= harmless if rng.integers(8) else protocol.full("control")
                return [protocol.write(name, *map(int, words))]
            case "beat":
                enable = protocol.write("settings", int(rng.integers(1 + protocol.full("settings"))))
                beat = self.beats.classify(random_beats(rng, network, 3)[rng.integers(3)])
                return [enable, beat[: len(beat) if rng.integers(2) else rng.integers(1, len(beat))]]
            case "image":
                image = bytearray(self.images.of(network)) if self.images else b"\0"
                if rng.integers(4) == 0:  # one bit flipped, or its end missing, or as it should be
                    flipped = int(rng.integers(8 * len(image)))
                    image[flipped // 8] ^= 1 << flipped % 8
                elif rng.integers(4) == 0:
                    image = image[: rng.integers(len(image))]
                return [*protocol.load(bytes(image))] if self.images else []
            case "answer":
                return [protocol.read("status", 2), self.beats.fetch()]
            case "clear":
                causes = int(rng.integers(1 + protocol.full("error")))
                return [protocol.set("status", result_valid=1), protocol.write("error", causes)]
        return [rng.bytes(rng.integers(1, 12))]
