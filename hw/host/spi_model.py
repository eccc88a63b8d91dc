"""Golden model of the SPI slave: a frame becomes accesses to registers, whatever they do."""

from __future__ import annotations

from abc import ABC, abstractmethod

from systemrdl.node import AddrmapNode

from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS
from sparrow_ecg.hw.host.registers.model import RegisterModel
from sparrow_ecg.hw.host.spi import WRITE


class SpiModel(ABC):
    """A chip with these registers; subclasses say what reads and writes do."""

    def __init__(self, top: AddrmapNode):
        self.registers = RegisterModel(top)

    @abstractmethod
    def read(self, address: int) -> int:
        """The word that goes out, and what else the read does."""

    @abstractmethod
    def write(self, address: int, word: int) -> None:
        """What a word does that came in."""

    def settle(self) -> None:  # noqa: B027
        """Let what was begun come to its end; nothing here takes time."""

    @abstractmethod
    def error(self, cause: str) -> None:
        """Something went wrong: ``frame``, ``address`` or ``access``."""

    def frame(self, sent: bytes, bits: int | None = None) -> bytes:
        """What comes back for a frame of so many bits (all by default), the missing bits of the last byte 0."""
        bits = 8 * len(sent) if bits is None else bits
        mosi = int.from_bytes(sent, "big") >> 8 * len(sent) - bits
        echo = (mosi >> 32) | self.registers.word("status") % 256 << bits - 8 if bits >= 8 else 0
        if bits < 8:
            miso = self.registers.word("status") % 256 >> 8 - bits
            self.error("frame")
            return _left(miso, bits, len(sent))
        command = mosi >> bits - 8
        address, words = command % 128, (bits - 8) // DATA_BITS
        if command & WRITE:
            for k in range(words):
                word = mosi >> bits - 8 - DATA_BITS * (k + 1) & (1 << DATA_BITS) - 1
                self.write(address, word)
                address = self._next(address)
            cut = (bits - 8) % DATA_BITS
            miso = echo
        else:
            miso, position = echo >> max(bits - 16, 0) << max(bits - 16, 0), max(bits - 16, 0)
            cut = (bits - 8) if bits < 16 else (bits - 16) % DATA_BITS
            while position > 0:
                taken = min(position, DATA_BITS)
                miso |= self.read(address) >> DATA_BITS - taken << position - taken
                position -= taken
                address = self._next(address)
        if cut:
            self.error("frame")
        return _left(miso, bits, len(sent))

    def _next(self, address: int) -> int:
        return address if self.registers.port(address) else (address + 1) % (1 << ADDRESS_BITS)


def _left(value: int, bits: int, length: int) -> bytes:
    return (value << 8 * length - bits).to_bytes(length, "big")
