"""Golden model of the SPI slave that is clocked by ``sck``: a frame, bit by bit, whatever the chip does with it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from functools import partial

from systemrdl.node import AddrmapNode

from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS
from sparrow_ecg.hw.host.registers.model import RegisterModel
from sparrow_ecg.hw.host.spi import WRITE

Shown = Callable[[], int]  # the bit that goes out next, looked up when it does
Slave = Generator[Shown, int, None]  # takes the bits that come in


def nothing() -> int:
    return 0


class SckModel(ABC):
    """A chip with these registers; subclasses say what they do, and what becomes of a beat.

    torn: the last frame ended inside a command, a word, or the counts of a beat.
    """

    def __init__(self, top: AddrmapNode, inputs: int, input_bits: int):
        self.registers = RegisterModel(top)
        self.inputs, self.input_bits = inputs, input_bits
        self.torn = False

    @abstractmethod
    def read(self, address: int) -> int:
        """The word that goes out, and what else the read does."""

    @abstractmethod
    def write(self, address: int, word: int) -> None:
        """What a word does that came in."""

    @abstractmethod
    def error(self, cause: str) -> None:
        """Something went wrong: ``frame``, ``address`` or ``access``."""

    @abstractmethod
    def begin(self) -> bool:
        """A beat begins; whether its counts are taken."""

    @abstractmethod
    def count(self, count: int) -> None:
        """The next count of the beat."""

    @abstractmethod
    def answered(self) -> str:
        """The bits of the answer, ``10..``; empty while there is none."""

    @abstractmethod
    def clock(self) -> None:
        """A clock has passed."""

    def frame(self, sent: bytes, bits: int | None = None) -> bytes:
        """What comes back for a frame of so many bits (all by default), the missing bits of the last byte 0."""
        bits = 8 * len(sent) if bits is None else bits
        received = 0
        if bits:
            slave = self._slave()
            shown = next(slave)
            for k in range(bits):
                received = received << 1 | shown()
                shown = slave.send(sent[k // 8] >> 7 - k % 8 & 1)
                self.clock()
            slave.close()
        return (received << 8 * len(sent) - bits).to_bytes(len(sent), "big")

    def _slave(self) -> Slave:
        command = 0
        for k in range(8):
            bit = yield partial(self._bit, self.registers.by_name["status"], 7 - k)
            if k == 0 and self.torn:
                self.error("frame")
            self.torn = True
            command = command << 1 | bit
        self.torn = False
        address = command % WRITE
        if address == self.registers.by_name["beat"]:
            yield from self._beat() if command & WRITE else self._answer()
        yield from self._write(address) if command & WRITE else self._read(address)

    def _bit(self, address: int, place: int) -> int:
        return self.registers.peek(address) >> place & 1

    def _write(self, address: int) -> Slave:
        while True:
            word = 0
            for _ in range(DATA_BITS):
                word = word << 1 | (yield nothing)
                self.torn = True
            self.torn = False
            self.write(address, word)
            address = self._next(address)

    def _read(self, address: int) -> Slave:
        for _ in range(8):
            yield nothing
            self.torn = True
        self.torn = False
        while True:
            for k in range(DATA_BITS):
                yield partial(self._bit, address, DATA_BITS - 1 - k)
                if k == 0:
                    self.read(address)
                self.torn = True
            self.torn = False
            address = self._next(address)

    def _beat(self) -> Slave:
        if not self.begin():
            while True:
                yield nothing
        self.torn = True
        for _ in range(self.inputs):
            count = 0
            for _ in range(self.input_bits):
                count = count << 1 | (yield nothing)
            self.count(count)
        self.torn = False
        yield from self._answer(self.inputs * self.input_bits)

    def _answer(self, position: int = 0) -> Slave:
        """position: in bits, after the command."""
        while position % 8 or not self.answered() or not position:
            yield nothing
            position += 1
        for bit in self.answered():
            yield partial(int, bit)
        while True:
            yield nothing

    def _next(self, address: int) -> int:
        return address if self.registers.port(address) else (address + 1) % (1 << ADDRESS_BITS)
