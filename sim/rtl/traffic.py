"""SPI frames that random software might send, and ones that went wrong on the wire."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


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
