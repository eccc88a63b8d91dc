"""What a host says to the chip over SPI, and what it makes of the answers: all by the names of the register map."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from systemrdl.node import AddrmapNode, FieldNode

from sparrow_ecg.hw.host.registers.map import DATA_BITS, number, register_name, registers
from sparrow_ecg.hw.host.spi import WRITE

WORD = DATA_BITS // 8  # bytes
HEAD = 2  # bytes of an answer before its first word: status, turnaround

Words = TypeVar("Words", int, np.ndarray)


class Protocol:
    """Frames for the chips of a register map.

    Registers are named as by `register_name`: ``settings``, ``potential_3``. Raises KeyError for a register or a field
    that the map has not.
    """

    def __init__(self, top: AddrmapNode):
        self.registers = {register_name(register): register for register in registers(top)}

    # Words.

    def word(self, register: str, **fields: int) -> int:
        """A word with these fields, all others 0. Raises ValueError for a value that its field cannot hold."""
        word = 0
        for name, value in fields.items():
            field = self._field(register, name)
            if value >> field.width:
                raise ValueError(f"{register}.{name} = {value}: it has {field.width} bits")
            word |= value << field.low
        return word

    def full(self, register: str) -> int:
        """A word with every bit of every field."""
        return sum((1 << field.width) - 1 << field.low for field in self.registers[register].fields())

    def field(self, register: str, name: str, word: Words) -> Words:
        """The value of a field in a word, or in each of an array of them."""
        field = self._field(register, name)
        return word >> field.low & (1 << field.width) - 1

    def _field(self, register: str, name: str) -> FieldNode:
        found = self.registers[register].get_child_by_name(name)
        if not isinstance(found, FieldNode):
            raise KeyError(f"{register}.{name}")
        return found

    # Frames.

    def read(self, register: str, words: int = 1) -> bytes:
        """Read a burst that begins at a register."""
        return bytes([number(self.registers[register]), *bytes(HEAD - 1 + WORD * words)])

    def send(self, register: str, content: bytes) -> bytes:
        """Write a burst that begins at a register: bytes, filled up to whole words."""
        return bytes([WRITE | number(self.registers[register])]) + content + bytes(-len(content) % WORD)

    def write(self, register: str, *words: int) -> bytes:
        return self.send(register, b"".join(word.to_bytes(WORD, "big") for word in words))

    def set(self, register: str, **fields: int) -> bytes:
        """Write these fields, and 0 to all others."""
        return self.write(register, self.word(register, **fields))

    def load(self, image: bytes) -> tuple[bytes, bytes]:
        """Begin an image, and all of it."""
        return self.set("control", load=1), self.send("weights", image)

    # Answers.

    @staticmethod
    def words(received: bytes) -> np.ndarray:
        """What came back for `read`, as int64[words], each not negative."""
        return np.frombuffer(received, ">u4", offset=HEAD).astype(np.int64)
