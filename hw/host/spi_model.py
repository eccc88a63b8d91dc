"""Golden model of the SPI slave that samples its pins: a frame becomes accesses to registers, whatever they do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from systemrdl.node import AddrmapNode

from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS
from sparrow_ecg.hw.host.registers.model import RegisterModel
from sparrow_ecg.hw.host.spi import WRITE


@dataclass(frozen=True)
class Access:
    """A part of a frame: its ``status`` byte, a word that is ``read``, one that was written (``write``), or its end in
    the middle of one (``cut``).

    bits, taken: of what goes out, and how many of them, from the highest on, are clocked out. end: where the last of
    these is, counted from the end of the frame.
    """

    kind: Literal["status", "read", "write", "cut"]
    address: int = 0
    word: int = 0
    bits: int = 0
    taken: int = 0
    end: int = 0

    def place(self, value: int) -> int:
        """In all that goes out."""
        return value >> self.bits - self.taken << self.end

    def found(self, miso: int) -> int:
        """The bits of all that goes out that are this value's."""
        return miso >> self.end & (1 << self.taken) - 1


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

    @abstractmethod
    def error(self, cause: str) -> None:
        """Something went wrong: ``frame``, ``address`` or ``access``."""

    def frame(self, sent: bytes, bits: int | None = None) -> bytes:
        """What comes back for a frame of so many bits (all by default), the missing bits of the last byte 0."""
        bits = 8 * len(sent) if bits is None else bits
        miso = self.echo(sent, bits)
        for access in self.accesses(sent, bits):
            miso |= access.place(self.perform(access))
        return (miso << 8 * len(sent) - bits).to_bytes(len(sent), "big")

    def accesses(self, sent: bytes, bits: int) -> Iterator[Access]:
        """What a frame does, one after the other."""
        mosi = _bits(sent, bits)
        yield Access("status", bits=8, taken=min(bits, 8), end=max(bits - 8, 0))
        if bits < 8:
            yield Access("cut")
            return
        command = mosi >> bits - 8
        address = command % 128
        if command & WRITE:
            cut = (bits - 8) % DATA_BITS
            for end in range(bits - 8 - DATA_BITS, -1, -DATA_BITS):
                yield Access("write", address, mosi >> end & (1 << DATA_BITS) - 1)
                address = self._next(address)
        else:
            cut = (bits - 8) if bits < 16 else (bits - 16) % DATA_BITS
            for position in range(bits - 16, 0, -DATA_BITS):
                taken = min(position, DATA_BITS)
                yield Access("read", address, bits=DATA_BITS, taken=taken, end=position - taken)
                address = self._next(address)
        if cut:
            yield Access("cut")

    def perform(self, access: Access) -> int:
        """What goes out for it; 0 where nothing does."""
        match access.kind:
            case "status":
                return self.registers.word("status") % 256
            case "read":
                return self.read(access.address)
            case "write":
                self.write(access.address, access.word)
            case "cut":
                self.error("frame")
        return 0

    @staticmethod
    def echo(sent: bytes, bits: int) -> int:
        """The bits of what came in that go out again: of a write."""
        mosi = _bits(sent, bits)
        return mosi >> DATA_BITS if bits >= 8 and mosi >> bits - 8 & WRITE else 0

    def _next(self, address: int) -> int:
        return address if self.registers.port(address) else (address + 1) % (1 << ADDRESS_BITS)


def _bits(sent: bytes, bits: int) -> int:
    return int.from_bytes(sent, "big") >> 8 * len(sent) - bits
