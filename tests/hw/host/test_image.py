"""Weight images: every way in which one is wrong has its own message, and is caught."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.image import ChipImage, network_id
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network

NETWORK = random_network(np.random.default_rng(0), (5, 6, 3), steps=7, weight_bits=4, input_bits=4)
CONFIG = Serial(4, "ram")
CHIP = ChipImage(CONFIG.geometry(NETWORK), CONFIG)
IMAGE = CHIP.of(NETWORK)


def test_layout():
    magic, version, _, length, network = struct.unpack(">4s4I", IMAGE[:20])
    assert (magic, version, length, network) == (b"ECGW", 1, len(IMAGE), network_id(NETWORK))
    assert len(IMAGE) % 4 == 0
    assert IMAGE[20:].startswith(CHIP.tables.of(NETWORK))
    assert int.from_bytes(IMAGE[-4:], "big") == zlib.crc32(IMAGE[:-4])
    CHIP.check(IMAGE)


def sealed(image: bytes) -> bytes:
    """With a CRC that matches."""
    return image[:-4] + zlib.crc32(image[:-4]).to_bytes(4, "big")


def with_word(k: int, word: int) -> bytes:
    return sealed(IMAGE[: 4 * k] + word.to_bytes(4, "big") + IMAGE[4 * k + 4 :])


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"", "0 bytes are too few for an image"),
        (IMAGE[:-4], "of 76 bytes are there; copy it again"),
        (IMAGE + b"\0", "77 of 76 bytes are there; copy it again"),
        (with_word(0, 0x7F454C46), "this is not a weight image"),
        (with_word(1, 2), "its format is version 2, but the chip reads version 1"),
        (with_word(2, 0x12345678), "made for geometry 12345678, but the chip has "),
        (with_word(3, 4096), "it states 4096 bytes, but the chip takes 76"),
    ],
    ids=["empty", "truncated", "too long", "magic", "version", "geometry", "length"],
)
def test_refusal(image, message):
    with pytest.raises(InputError, match=message):
        CHIP.check(image, "some.image")


def test_any_flipped_bit_is_refused():
    for bit in range(8 * len(IMAGE)):
        flipped = bytearray(IMAGE)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(InputError):
            CHIP.check(bytes(flipped))


@pytest.mark.parametrize("config", [Serial(3, "ram"), replace(CONFIG, lanes=2)])
def test_another_geometry_is_refused(config):
    other = ChipImage(config.geometry(NETWORK), config)
    with pytest.raises(InputError, match="geometry"):
        CHIP.check(other.of(NETWORK))


def test_a_network_of_another_shape_is_refused():
    other = random_network(np.random.default_rng(1), (5, 6, 4), steps=7, weight_bits=4, input_bits=4)
    with pytest.raises(InputError, match=r"has shape \(5, 6, 4\), but this chip is built for \(5, 6, 3\)"):
        CHIP.of(other)
