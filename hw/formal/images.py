"""The bytes of an image: each lands where it belongs, whatever the stalls, and none anywhere else."""

from __future__ import annotations

from collections.abc import Iterator

from amaranth.hdl import Cat, Const, Mux, Signal, Value

from sparrow_ecg.hw.core.tables import CoreImage, ImageLoader
from sparrow_ecg.hw.formal.cores import CORES, NETWORK
from sparrow_ecg.hw.formal.harness import Harness, Property, taken
from sparrow_ecg.hw.formal.planted import Bug


def loader(h: Harness) -> None:
    config = CORES["ram"]
    geometry = config.geometry(NETWORK)
    image = CoreImage(geometry, config.lanes)  # type: ignore[attr-defined]
    dut = h.add(ImageLoader(image))
    came = taken(dut.bytes)
    position, entire = Signal(range(image.size)), Signal()
    longest = max(-(-bits // 8) for _, bits in image.sections)
    recent = Signal(8 * longest)  # the last bytes, the newest highest
    latest = Cat(recent, dut.bytes.payload)[8:]
    with h.m.If(came):
        h.m.d.sync += [recent.eq(latest), position.eq(position + 1), entire.eq(position == image.size - 1)]
        with h.m.If(position == image.size - 1):
            h.m.d.sync += position.eq(0)

    # where each word ends in the image: its section and address
    ends: dict[int, tuple[int, int, int]] = {}
    offset = 0
    for section, (words, bits) in enumerate(image.sections):
        size = -(-bits // 8)
        for address in range(words):
            offset += size
            ends[offset - 1] = section, address, size
    write, address, word = Const(0, 3), Const(0, len(dut.address)), Value.cast(Const(0, len(dut.word)))
    for end, (section, number, size) in ends.items():
        here = position == end
        write = Mux(here, 1 << section, write)
        address = Mux(here, number, address)
        word = Mux(here, latest[-8 * size :], word)
    h.always(dut.write == Mux(came, write, 0))
    h.always(~dut.write.any() | (dut.address == address) & (dut.word == word))
    h.always(dut.loaded == entire)
    h.always(dut.bytes.ready == dut.enable)
    h.reach(entire & came & (position == 0), "another image begins")


def properties() -> Iterator[Property]:
    yield Property(
        "image",
        "every byte of an image is written once, to its word of its table; loaded is said after the last",
        loader,
        bugs=(
            Bug(
                "core.tables",
                ", incoming))\n                        else",
                "[:-1], 0, incoming))\n                        else",
            ),
            Bug("core.tables", "self.address == words - 1", "self.address == words"),
        ),
    )
