"""Weight images: every way in which one is wrong has its own message, and is caught."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.image import CHECKED, FIELDS, ChipImage, ImageReceiver, network_id
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network
from tests.support.simulate import simulate

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


def words(image: bytes) -> list[int]:
    return [word for (word,) in struct.iter_unpack(">I", image)]


async def give(context: Any, receiver: ImageReceiver, word: int) -> None:
    """A word, and then its bytes."""
    context.set(receiver.word, word)
    context.set(receiver.write, 1)
    await context.tick()
    context.set(receiver.write, 0)
    context.set(receiver.bytes.valid, 1)
    for byte in word.to_bytes(4, "big"):
        context.set(receiver.bytes.payload, byte)
        await context.tick()
    context.set(receiver.bytes.valid, 0)


async def begin(context: Any, receiver: ImageReceiver) -> None:
    context.set(receiver.begin, 1)
    await context.tick()
    context.set(receiver.begin, 0)


def test_receiver_names_the_field_that_is_wrong():
    """Each bit of each field that is checked."""
    receiver = ImageReceiver(CHIP)
    header = words(IMAGE)[: len(FIELDS)]

    async def bench(context: Any) -> None:
        for k, word in enumerate(header):
            await begin(context, receiver)
            for before in header[:k]:
                await give(context, receiver, before)
            context.set(receiver.write, 1)
            for flip in (0, *(1 << bit for bit in range(32))):
                context.set(receiver.word, word ^ flip)
                assert context.get(receiver.wrong) == (flip != 0 and k < len(CHECKED))
                assert context.get(receiver.field) == k
                assert not context.get(receiver.accepted)
                assert not context.get(receiver.refused)
            context.set(receiver.write, 0)

    simulate(receiver, bench)


def test_receiver_looks_at_every_bit_of_the_crc():
    """Its own CRC of each of a few images is accepted, and none that differs from it in a bit."""
    receiver = ImageReceiver(CHIP)
    images = [IMAGE, *(with_word(k, 0xDEADBEEF) for k in range(len(CHECKED), len(IMAGE) // 4 - 1))]

    async def bench(context: Any) -> None:
        for image in images:
            *content, crc = words(image)
            await begin(context, receiver)
            context.set(receiver.complete, 0)
            for k, word in enumerate(content):
                await give(context, receiver, word)
                assert context.get(receiver.tables) == (k >= len(FIELDS))
            assert context.get(receiver.network) == content[len(FIELDS) - 1]
            context.set(receiver.complete, 1)
            context.set(receiver.write, 1)
            for flip in (0, *(1 << bit for bit in range(32))):
                context.set(receiver.word, crc ^ flip)
                assert context.get(receiver.accepted) == (flip == 0)
                assert context.get(receiver.refused) == (flip != 0)
                assert not context.get(receiver.wrong)
            context.set(receiver.write, 0)

    simulate(receiver, bench)
