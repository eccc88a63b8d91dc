"""The weight image as it is handed to a chip: a header, the words of the tables, and a CRC-32.

It is a sequence of 32-bit words, most significant byte first, as they go over SPI:

    magic "ECGW" | format version | geometry | length in bytes | network | tables, padded to whole words | CRC-32

``geometry`` and ``network`` are the first 32 bits of a SHA-256; the CRC goes over all that comes before it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import asdict

from amaranth.hdl import Array, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network

MAGIC = int.from_bytes(b"ECGW", "big")
VERSION = 1
CRC = CRC32_ISO_HDLC(data_width=8)
FIELDS = ("magic", "version", "geometry", "length", "network")
CHECKED = FIELDS[:-1]  # which a chip holds against its own
OVERHEAD = 4 * (len(FIELDS) + 1)


class ChipImage:
    """The images that fit one chip: made, checked, and (in `ImageReceiver`) taken by hardware.

    expected: what the checked fields of the header must be, by name.
    """

    def __init__(self, geometry: Geometry, config: Serial):
        self.tables = config.image(geometry)
        fixed = {"sections": self.tables.sections, "lanes": config.lanes, "neuron": config.neuron} | asdict(geometry)
        digest = hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).digest()
        self.size = -(-self.tables.size // 4) * 4 + OVERHEAD  # in bytes
        self.expected = {
            "magic": MAGIC,
            "version": VERSION,
            "geometry": int.from_bytes(digest[:4], "big"),
            "length": self.size,
        }

    def of(self, network: Network) -> bytes:
        """Raises InputError when the network does not fit the chip."""
        tables = self.tables.of(network)
        header = struct.pack(">5I", *self.expected.values(), network_id(network))
        content = (header + tables).ljust(self.size - 4, b"\0")
        return content + CRC.compute(content).to_bytes(4, "big")

    def check(self, image: bytes, name: str = "image") -> None:
        """Raise InputError, one for each way in which these bytes are not an image for this chip."""
        if len(image) < OVERHEAD:
            raise InputError(f"{name}: {len(image)} bytes are too few for an image; write it again")
        given = dict(zip(FIELDS, struct.unpack_from(">5I", image), strict=True))
        chip = self.expected
        for field, said in (
            ("magic", "this is not a weight image"),
            ("version", f"its format is version {given['version']}, but the chip reads version {chip['version']}"),
            ("geometry", f"made for geometry {given['geometry']:08x}, but the chip has {chip['geometry']:08x}"),
            ("length", f"it states {given['length']} bytes, but the chip takes {chip['length']}"),
        ):
            if given[field] != chip[field]:
                raise InputError(f"{name}: {said}; make the image with the network and options of this chip")
        if len(image) != self.size:
            raise InputError(f"{name}: {len(image)} of {self.size} bytes are there; copy it again")
        crc32 = int.from_bytes(image[-4:], "big")
        if CRC.compute(image[:-4]) != crc32:
            raise InputError(f"{name}: its CRC-32 does not match, so some bits were changed; copy it again")


def network_id(network: Network) -> int:
    """The first 32 bits of a network's digest."""
    return int(network.digest[:8], 16)


class ImageReceiver(wiring.Component):
    """Takes the words of an image: the header's are held against the chip, the last against the CRC of the others.

    begin:    an image begins; what came of another is forgotten.
    word, write: the words; one may come when ``bytes`` have taken the last.
    bytes:    bytes of ``word``, one by one, on their way to the core; the CRC goes over those that are taken.
    complete: the core has all its tables, so the next word is the CRC.
    tables:   the last word belongs to the tables, not to the header.
    wrong:    with ``write``: the position in `CHECKED` of a field that is not as the chip needs it.
    accepted, refused: with ``write``: the CRC of the whole image matches, or does not.
    network:  the field of the last image.
    """

    def __init__(self, image: ChipImage):
        self.image = image
        super().__init__(
            {
                "begin": In(1),
                "word": In(32),
                "write": In(1),
                "bytes": In(stream.Signature(8, always_ready=True)),
                "complete": In(1),
                "tables": Out(1),
                "wrong": Out(1),
                "field": Out(range(len(FIELDS))),
                "accepted": Out(1),
                "refused": Out(1),
                "network": Out(32),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        m.submodules.crc = register = CRC.create()
        position = Signal(range(len(FIELDS) + 1))
        header = position < len(FIELDS)
        m.d.comb += [
            self.field.eq(position),
            register.start.eq(self.begin),
            register.valid.eq(self.bytes.valid),
            register.data.eq(self.bytes.payload),
        ]
        with m.If(self.begin):
            m.d.sync += position.eq(0)
        with m.Elif(self.write):
            m.d.sync += self.tables.eq(~header)
            with m.If(header):
                m.d.sync += position.eq(position + 1)
                with m.If(position == len(CHECKED)):
                    m.d.sync += self.network.eq(self.word)
                with m.Else():
                    expected = Array(self.image.expected[name] for name in CHECKED)
                    m.d.comb += self.wrong.eq(self.word != expected[position])
            with m.Elif(self.complete):
                m.d.comb += self.accepted.eq(self.word == register.crc)
                m.d.comb += self.refused.eq(~self.accepted)
        return m
