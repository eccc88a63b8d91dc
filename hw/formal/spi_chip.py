"""The SPI chip, through its pins alone: a reset without a clock, and a beat in one frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amaranth.hdl import Cat, DomainRenamer, Signal

from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.formal import golden
from sparrow_ecg.hw.formal.cores import NETWORK, SMALLER
from sparrow_ecg.hw.formal.harness import Harness, Property
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.host.chip import SpiChip
from sparrow_ecg.hw.host.sck_slave import CLASS_BITS
from sparrow_ecg.model.network import Network

COMMAND = 8  # bits
COUNTS = NETWORK.inputs * NETWORK.input_bits


def chip(h: Harness, network: Network, name: str, **given: Any) -> SpiChip:
    renamed = {domain: f"{name}_{domain}" for domain in ("sync", "frame", "late", "reset")}
    return h.add(SpiChip(network, Tree()), name, DomainRenamer(renamed), **given)


def reset(h: Harness) -> None:
    """One chip is in any state, and has a reset in the first moment; the other has just been switched on."""
    begun = h.past(1)
    used = chip(h, SMALLER, "used", rst=~begun)
    h.arbitrary.append("used")
    h.given(begun | (used.cs_n & ~used.sck))
    h.given(~(h.past(used.cs_n) & ~used.cs_n) | ~used.sck)  # mode 0
    new = chip(h, SMALLER, "new", rst=0, cs_n=used.cs_n, sck=used.sck, mosi=used.mosi)
    for name in ("miso", "miso_enable", "irq"):
        h.always(getattr(used, name) == getattr(new, name))
    h.reach(new.miso, "something goes out")


def answer(h: Harness) -> None:
    """After power-on, counts that may be any, and then clocks until the answer is out."""
    first, high, selected = Signal(init=1), Signal(), Signal()
    h.m.d.sync += [first.eq(0), selected.eq(1), high.eq(selected & ~high)]
    dut = chip(h, NETWORK, "dut", rst=0, cs_n=~selected, sck=high)
    g = dut.controller.geometry
    came, bits = Signal(COMMAND + COUNTS), Signal(range(COMMAND + COUNTS + 1))
    length = 1 + CLASS_BITS + len(NETWORK.layers[-1].biases) * g.potential_bits
    out = Signal(length)  # the highest bit is its first, a 1
    rises = ~h.past(high) & high
    mosi, miso = h.past(dut.mosi), h.past(dut.miso)
    full = bits == COMMAND + COUNTS
    with h.m.If(rises):
        with h.m.If(~full):
            h.m.d.sync += [came.eq(Cat(mosi, came)), bits.eq(bits + 1)]
        with h.m.Elif(~out[-1]):
            h.m.d.sync += out.eq(Cat(miso, out))
    counts = [came[k : k + NETWORK.input_bits] for k in range(0, COUNTS, NETWORK.input_bits)][::-1]
    klass, potentials = golden.circuit(NETWORK, counts)
    begins = came[COUNTS:] == (1 << 7 | dut.host.number)
    there = full & begins & out[-1]
    said = [out[k : k + g.potential_bits] for k in range(0, length - 1 - CLASS_BITS, g.potential_bits)][::-1]
    h.always(~there | (out[-1 - CLASS_BITS : -1] == klass))
    for seen, potential in zip(said, potentials, strict=True):
        h.always(~there | (seen.as_signed() == potential))
    for k in range(NETWORK.outputs):
        h.reach(there & (klass == k), f"class {k}")


def properties() -> Iterator[Property]:
    yield Property(
        "spi-answer",
        "SPI chip: a beat in one frame after power-on is answered with the network's class and potentials",
        answer,
        depth=150,
        bugs=(
            Bug("host.controller", "Cat(*reversed(list(potentials)), klass", "Cat(*potentials, klass"),
            Bug("core.tree", "high[0] > low[0]", "high[0] >= low[0]"),
        ),
    )
    yield Property(
        "spi-reset",
        "SPI chip: from any state a pulse of rst, without a clock, gives what power-on gives",
        reset,
        depth=24,
        bugs=(Bug("host.chip", '"sync": resetting', '"sync": rst'),),
    )
