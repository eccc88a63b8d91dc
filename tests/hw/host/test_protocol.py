"""Frames by the names of the register map."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import MapParameters, compile_map

PROTOCOL = Protocol(compile_map(MapParameters(outputs=3)))


def test_words_and_their_fields():
    assert PROTOCOL.word("settings") == 0
    assert PROTOCOL.word("settings", interrupt_result=1, count=1) == 0b101
    assert PROTOCOL.full("settings") == 0b111
    word = PROTOCOL.word("widths", weight_bits=5, layers=2)
    assert word == 0x02000500
    assert [PROTOCOL.field("widths", name, word) for name in ("input_bits", "weight_bits", "layers")] == [0, 5, 2]
    assert PROTOCOL.field("widths", "layers", np.array([word, 0])).tolist() == [2, 0]


@pytest.mark.parametrize(("register", "fields"), [("setings", {"count": 1}), ("settings", {"counts": 1})])
def test_a_name_that_the_map_has_not(register, fields):
    with pytest.raises(KeyError, match=r"setings|counts"):
        PROTOCOL.word(register, **fields)


@pytest.mark.parametrize("value", [2, -1])
def test_a_value_that_does_not_fit_its_field(value):
    with pytest.raises(ValueError, match=f"settings.count = {value}: it has 1 bits"):
        PROTOCOL.word("settings", count=value)


def test_frames():
    """Bytes as docs/HOST.md describes them."""
    assert PROTOCOL.read("error", 2) == bytes.fromhex("09 00 00000000 00000000")
    assert PROTOCOL.write("error", 1, 0x89ABCDEF) == bytes.fromhex("89 00000001 89abcdef")
    assert PROTOCOL.send("weights", b"\1\2\3\4\5") == bytes.fromhex("8d 01020304 05000000")
    assert PROTOCOL.load(b"\1\2\3\4") == (bytes.fromhex("8b 00000002"), bytes.fromhex("8d 01020304"))
