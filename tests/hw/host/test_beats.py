"""A beat as a frame: what goes out, when the answer is due, and what is made of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.host.beats import BeatFrames
from tests.support.examples import examples

BEATS = BeatFrames(command=12, inputs=3, input_bits=3, outputs=2, potential_bits=6, latency=9)


def test_frames():
    """Bytes as docs/HOST.md describes them: 9 bits of counts, the answer in the byte after the 9 clocks after them."""
    assert BEATS.counted == 17
    assert (BEATS.answered(), BEATS.answered(7), BEATS.answered(6), BEATS.potentials) == (4, 4, 3, 2)
    assert BEATS.classify(np.array([1, 2, 7])) == bytes([0x8C, 0b00101011, 0b10000000, 0, 0, 0, 0])
    assert BEATS.classify(np.array([1, 2, 7]), 6) == BEATS.classify(np.array([1, 2, 7]))[:-1]
    assert BEATS.fetch() == bytes([12, 0, 0, 0, 0])


def test_answer():
    """Of the potentials 5 and -3, behind as many zeros as may be."""
    answer = bytes([0x81, 0b00010111, 0b11010000])
    for zeros in range(4):
        assert BEATS.answer(bytes([0xFF]) + bytes(zeros) + answer + bytes(2)) == (1, [5, -3])
    assert BEATS.answer(bytes(7)) == (-1, [0, 0])


@examples(50)
@given(bits=st.integers(1, 32), outputs=st.integers(1, 5), data=st.data())
def test_potentials_of_any_width(bits, outputs, data):
    beats = BeatFrames(12, 3, 3, outputs, bits, 9)
    reach = 1 << bits - 1
    potentials = data.draw(st.lists(st.integers(-reach, reach - 1), min_size=outputs, max_size=outputs))
    packed = "".join(f"{potential % (1 << bits):0{bits}b}" for potential in potentials).ljust(8 * beats.potentials, "0")
    answer = bytes([0x80]) + int(packed, 2).to_bytes(beats.potentials, "big")
    assert beats.answer(bytes(2) + answer) == (0, potentials)


@pytest.mark.parametrize("latency", range(2, 20))
def test_the_answer_is_due_at_the_first_byte_that_begins_behind_it(latency):
    begins = 8 * BEATS.answered(latency)
    assert begins > BEATS.counted + latency >= begins - 8
