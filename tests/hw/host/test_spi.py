"""The SPI slave by itself: its timing, and what is not a frame."""

from __future__ import annotations

from typing import Any

import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.sim import Simulator

from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.spi import WRITE, SpiSlave

STATUS = 0xA5


class Pins:
    """A slave whose register n reads as ``n * 0x01010101``, and a master that drives its pins."""

    def __init__(self, high: int = 2, low: int = 2):
        self.high, self.low = high, low
        self.selected_at_reset = False
        self.slave = SpiSlave()
        self.log: list[tuple] = []  # ("read", address), ("write", address, word), ("error",)
        self.top = Module()
        self.top.submodules.slave = self.slave
        self.bus = RegisterBus().flip().create()
        wiring.connect(self.top, self.slave.bus, self.bus)
        address = self.bus.address
        self.top.d.comb += [
            self.slave.status.eq(STATUS),
            self.bus.read_data.eq(address * 0x01010101),
            self.bus.port.eq(address == 9),
        ]

    async def watch(self, context: Any) -> None:
        bus = self.bus
        sampled = context.tick().sample(bus.read, bus.write, bus.address, bus.write_data, self.slave.frame_error)
        async for _, _, read, write, address, word, error in sampled:
            if read:
                self.log.append(("read", address))
            if write:
                self.log.append(("write", address, word))
            if error:
                self.log.append(("error",))

    async def wait(self, context: Any, cycles: int) -> None:
        for _ in range(cycles):
            await context.tick()

    async def frame(self, context: Any, sent: bytes, bits: int | None = None) -> bytes:
        bits = 8 * len(sent) if bits is None else bits
        # The least times that docs/HOST.md states.
        context.set(self.slave.cs_n, 0)
        await self.wait(context, 4 - self.low)
        got = 0
        for i in range(bits):
            context.set(self.slave.mosi, sent[i // 8] >> 7 - i % 8 & 1)
            await self.wait(context, self.low)
            got = got << 1 | context.get(self.slave.miso)
            context.set(self.slave.sck, 1)
            await self.wait(context, self.high)
            context.set(self.slave.sck, 0)
        await self.wait(context, 2)
        context.set(self.slave.cs_n, 1)
        await self.wait(context, 4)
        return (got << 8 * len(sent) - bits).to_bytes(len(sent), "big")

    def run(self, bench: Any) -> list[tuple]:
        async def main(context: Any) -> None:
            context.set(self.slave.cs_n, not self.selected_at_reset)
            await self.wait(context, 6)
            await bench(context)

        simulator = Simulator(self.top)
        simulator.add_clock(1e-6)
        simulator.add_testbench(self.watch, background=True)
        simulator.add_testbench(main)
        simulator.run()
        return self.log


TIMINGS = [(2, 2), (1, 3), (3, 1), (5, 4)]


@pytest.mark.parametrize(("high", "low"), TIMINGS)
def test_read_burst_at_a_quarter_of_the_clock(high, low):
    pins = Pins(high, low)

    async def bench(context: Any) -> None:
        got = await pins.frame(context, bytes([5, 0]) + bytes(12))
        assert got == bytes([STATUS, 0]) + b"\5\5\5\5\6\6\6\6\7\7\7\7"

    assert pins.run(bench) == [("read", 5), ("read", 6), ("read", 7)]  # and not 8, though it was fetched


@pytest.mark.parametrize(("high", "low"), TIMINGS)
def test_write_burst_stays_at_a_port_and_echoes(high, low):
    pins = Pins(high, low)

    async def bench(context: Any) -> None:
        sent = bytes([WRITE | 8]) + bytes.fromhex("01234567 89abcdef deadbeef")
        assert await pins.frame(context, sent) == bytes([STATUS, 0, 0, 0]) + sent[:9]

    words = [(8, 0x01234567), (9, 0x89ABCDEF), (9, 0xDEADBEEF)]
    assert pins.run(bench) == [("write", address, word) for address, word in words]


@pytest.mark.parametrize("bits", [0, 1, 7, 8, 9, 15, 16, 17, 47, 48])
def test_a_frame_may_end_between_words_only(bits):
    pins = Pins()

    async def bench(context: Any) -> None:
        await pins.frame(context, bytes([3, 0]) + bytes(4), bits)
        assert await pins.frame(context, bytes([4, 0]) + bytes(4)) == bytes([STATUS, 0, 4, 4, 4, 4])

    reads = [("read", 3)] if bits > 16 else []
    errors = [] if bits in (8, 16, 48) else [("error",)]
    assert pins.run(bench) == [*reads, *errors, ("read", 4)]


def test_clocks_without_chip_select_are_nothing():
    pins = Pins()

    async def bench(context: Any) -> None:
        for level in (1, 0) * 20:
            context.set(pins.slave.sck, level)
            await pins.wait(context, 2)
        assert not context.get(pins.slave.active)

    assert pins.run(bench) == []


def test_a_frame_under_way_at_reset_is_ignored():
    pins = Pins()
    pins.selected_at_reset = True

    async def bench(context: Any) -> None:
        assert context.get(pins.slave.active)
        for level in (1, 0) * 50:
            context.set(pins.slave.sck, level)
            await pins.wait(context, 2)
        context.set(pins.slave.cs_n, 1)
        await pins.wait(context, 6)
        assert not context.get(pins.slave.active)
        await pins.frame(context, bytes([WRITE | 1]) + bytes(4))

    assert pins.run(bench) == [("write", 1, 0)]
