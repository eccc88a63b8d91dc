"""The SPI slave that ``sck`` clocks, by itself: what it makes of frames, whole and torn, and when its pins move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from amaranth.hdl import EnableInserter, Module, Signal
from amaranth.lib import wiring
from amaranth.sim import Simulator
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.host.chip import clocked_by
from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.sck_slave import Beat, SckSlave, pick
from sparrow_ecg.hw.host.spi import WRITE
from tests.support.examples import examples

STATUS, BEAT, PORT = 0x25, 12, 9
ANSWER = 0b10_1101_0101  # the first bit is the low one


class Pins:
    """A slave whose register n reads as ``n * 0x01010101``, and a master that drives its pins.

    counts: that a beat has. answered: clocks after the last one, until there is an answer.
    """

    def __init__(self, input_bits: int = 3, counts: int = 3, answered: int = 5, accepted: bool = True):
        self.counts, self.answered, self.accepted = counts, answered, accepted
        self.sck, self.cs_n, self.rst, resetting = Signal(), Signal(init=1), Signal(), Signal()
        self.slave = SckSlave(BEAT, Beat(input_bits, 10))
        self.log: list[tuple] = []
        self.top = top = Module()
        top.domains += clocked_by(self.sck, self.cs_n, self.rst, resetting)
        top.submodules.slave = EnableInserter(~self.cs_n)(self.slave)
        self.bus = RegisterBus().flip().create()
        wiring.connect(top, self.slave.bus, self.bus)
        address = self.bus.address
        top.d.comb += [
            self.slave.cs_n.eq(self.cs_n),
            self.slave.status.eq(STATUS),
            self.slave.beat.answer.eq(ANSWER),
            self.bus.read_data.eq(address * 0x01010101),
            self.bus.port.eq(address == PORT),
        ]
        self.left, self.since = 0, 0

    def edge(self, context: Any) -> None:
        """What the rest of a chip sees at a rising edge, and does."""
        slave, bus, beat = self.slave, self.bus, self.slave.beat
        for event, happens in (
            (("error",), slave.frame_error),
            (("read", context.get(bus.address)), bus.read),
            (("write", context.get(bus.address), context.get(bus.write_data)), bus.write),
            (("begin",), beat.begin),
            (("count", context.get(beat.count)), beat.valid & beat.ready),
        ):
            if context.get(happens):
                self.log.append(event)
        counted = context.get(beat.valid & beat.ready)
        if context.get(beat.begin):
            self.left, self.since = self.counts, 0
        self.left -= counted
        self.since = 0 if self.left else self.since + (not counted)

    async def bit(self, context: Any, mosi: int) -> int:
        slave, beat = self.slave, self.slave.beat
        context.set(slave.mosi, mosi)
        await context.delay(1e-6)
        shown = context.get(slave.miso)
        selected = context.get(slave.miso_enable)
        if selected:
            self.edge(context)
        context.set(self.sck, 1)
        context.set(beat.accepted, self.accepted)
        context.set(beat.ready, self.left > 0)
        context.set(beat.answered, not self.left and self.since >= self.answered)
        await context.delay(1e-6)
        assert context.get(slave.miso) == shown, "it moves with the falling edge alone"
        context.set(self.sck, 0)
        return shown

    async def frame(self, context: Any, sent: bytes, bits: int | None = None) -> bytes:
        bits = 8 * len(sent) if bits is None else bits
        context.set(self.cs_n, 0)
        await context.delay(1e-6)
        assert context.get(self.slave.miso_enable) == 1
        got = 0
        for i in range(bits):
            got = got << 1 | await self.bit(context, sent[i // 8] >> 7 - i % 8 & 1)
        context.set(self.cs_n, 1)
        await context.delay(1e-6)
        assert context.get(self.slave.miso_enable) == 0
        return (got << 8 * len(sent) - bits).to_bytes(len(sent), "big")

    def run(self, bench: Callable) -> list[tuple]:
        async def main(context: Any) -> None:
            context.set(self.slave.beat.accepted, self.accepted)
            context.set(self.slave.beat.ready, 1)
            await bench(context)

        simulator = Simulator(self.top)
        simulator.add_testbench(main)
        simulator.run()
        return self.log


def test_read_burst():
    pins = Pins()

    async def bench(context: Any) -> None:
        got = await pins.frame(context, bytes([5, 0]) + bytes(12))
        assert got == bytes([STATUS, 0]) + b"\5\5\5\5\6\6\6\6\7\7\7\7"

    assert pins.run(bench) == [("read", 5), ("read", 6), ("read", 7)]


def test_write_burst_stays_at_a_port():
    pins = Pins()

    async def bench(context: Any) -> None:
        sent = bytes([WRITE | PORT - 1]) + bytes.fromhex("01234567 89abcdef deadbeef")
        assert await pins.frame(context, sent) == bytes([STATUS]) + bytes(12)

    words = [(PORT - 1, 0x01234567), (PORT, 0x89ABCDEF), (PORT, 0xDEADBEEF)]
    assert pins.run(bench) == [("write", address, word) for address, word in words]


@pytest.mark.parametrize("bits", [0, 1, 7, 8, 9, 15, 16, 17, 47, 48])
def test_a_frame_may_end_between_words_only(bits):
    """What ended elsewhere is told with the first bit of the next frame, once."""
    pins = Pins()

    async def bench(context: Any) -> None:
        await pins.frame(context, bytes([3, 0]) + bytes(4), bits)
        for _ in range(2):
            assert await pins.frame(context, bytes([4, 0]) + bytes(4)) == bytes([STATUS, 0, 4, 4, 4, 4])

    reads = [("read", 3)] if bits > 16 else []
    errors = [] if bits in (0, 8, 16, 48) else [("error",)]
    assert pins.run(bench) == [*reads, *errors, ("read", 4), ("read", 4)]


@examples(40, deadline=None)
@given(input_bits=st.integers(1, 8), counts=st.integers(1, 5), answered=st.integers(2, 30), data=st.data())
def test_a_beat(input_bits, counts, answered, data):
    """Counts without gaps, zeros, and from the first byte on that begins when it is there the answer; then zeros."""
    pins = Pins(input_bits, counts, answered)
    values = data.draw(st.lists(st.integers(0, (1 << input_bits) - 1), min_size=counts, max_size=counts))
    bits = "".join(f"{value:0{input_bits}b}" for value in values)
    length = 1 + (len(bits) + answered) // 8 + 1 + 2 + 1
    sent = bytes([WRITE | BEAT]) + int(bits.ljust(8 * (length - 1), "1"), 2).to_bytes(length - 1, "big")
    start = 8 + 8 * ((len(bits) + answered) // 8 + 1)
    answer = f"{ANSWER:010b}"[::-1]

    async def bench(context: Any) -> None:
        got = f"{int.from_bytes(await pins.frame(context, sent), 'big'):0{8 * length}b}"
        assert got[:8] == f"{STATUS:08b}"
        assert got[8:] == (answer.rjust(start - 8 + 10, "0")).ljust(8 * length - 8, "0")
        await pins.frame(context, bytes(1))  # no error

    assert pins.run(bench) == [("begin",), *(("count", value) for value in values)]


def test_a_beat_that_is_refused():
    """No count is taken, and there is nothing to wait for."""
    pins = Pins(accepted=False)

    async def bench(context: Any) -> None:
        assert await pins.frame(context, bytes([WRITE | BEAT]) + b"\xff" * 5) == bytes([STATUS]) + bytes(5)
        await pins.frame(context, bytes(1))

    assert pins.run(bench) == [("begin",)]


def test_an_answer_that_waits_is_read_after_the_turnaround():
    pins = Pins()

    async def bench(context: Any) -> None:
        await pins.frame(context, bytes([WRITE | BEAT, 0b00101010, 0b00000000]) + bytes(4))
        got = await pins.frame(context, bytes([BEAT]) + bytes(4))
        expected = int(f"{ANSWER:010b}"[::-1].ljust(24, "0"), 2).to_bytes(3, "big")
        assert got == bytes([STATUS, 0]) + expected

    assert pins.run(bench) == [("begin",), ("count", 1), ("count", 2), ("count", 4)]


@pytest.mark.parametrize("bits", range(8, 18))
def test_a_beat_without_all_its_counts_is_torn(bits):
    """It has nine bits of counts."""
    pins = Pins()

    async def bench(context: Any) -> None:
        await pins.frame(context, bytes([WRITE | BEAT, 0, 0]), bits)
        await pins.frame(context, bytes(1))

    assert (("error",) in pins.run(bench)) == (bits < 17)


def test_clocks_without_chip_select_are_nothing():
    """Not even what the last frame was like is forgotten."""
    pins = Pins()

    async def bench(context: Any) -> None:
        await pins.frame(context, bytes([WRITE | 3]) + bytes(4), 20)
        for _ in range(50):
            await pins.bit(context, 1)
        await pins.frame(context, bytes([4, 0]) + bytes(4))

    assert pins.run(bench) == [("error",), ("read", 4)]


@pytest.mark.parametrize("bits", [1, 2, 3, 5, 8, 10])
def test_pick(bits):
    index = Signal(range(max(bits, 2)))
    values = Signal(bits)
    top, out = Module(), Signal()
    top.d.comb += out.eq(pick(values, index))

    async def bench(context: Any) -> None:
        for position in range(bits):
            for value in (1 << position, ~(1 << position)):
                context.set(index, position)
                context.set(values, value)
                assert context.get(out) == value >> position & 1

    simulator = Simulator(top)
    simulator.add_testbench(bench)
    simulator.run()
