"""SPI slave, mode 0, that samples its pins with the clock of what is behind it: frames become accesses to registers.

A frame is chip select low, a command byte, words of 32 bits, chip select high; everything most significant bit
first. Bit 7 of the command is 1 for a write, the rest is the number of the first register. A read has one byte of
turnaround before its words. While the command comes in, the status byte goes out; whatever else the host sends
comes back 32 bits later, unless words that are read take its place.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.registers.map import DATA_BITS

WRITE = 0x80  # bit of the command
LEAD = 4  # cycles of the core from chip select to the first edge of sck, and from its last edge to chip select
PINS = {"cs_n": In(1, init=1), "sck": In(1), "mosi": In(1), "miso": Out(1), "miso_enable": Out(1)}


class SpiSlave(wiring.Component):
    """Pins are sampled through two flip-flops; ``sck`` may run at up to a quarter of the core's clock.

    A bit is taken two to three cycles after the rising edge of ``sck``, and ``miso`` changes then too, at least
    a cycle before the next one: with an answer at the falling edge only half the speed would be safe.

    active:      the core's clock is needed: a frame is open, or its end has not been seen.
    status:      what goes out as the first byte of a frame.
    frame_error: the frame that ends had no whole command, or ends inside a byte or word.
    """

    pins = PINS

    def __init__(self) -> None:
        super().__init__(
            PINS
            | {
                "active": Out(1),
                "status": In(8),
                "frame_error": Out(1),
                "bus": Out(RegisterBus()),
            }
        )

    @staticmethod
    def selected(pins: Any) -> Value:
        """Whether somebody who has these pins talks to it: no clock is needed to see that."""
        return ~pins.cs_n

    def elaborate(self, platform) -> Module:
        m = Module()
        bus = self.bus
        # Nothing says when these change: the only flip-flops that have the clock as long as a frame lasts.
        sampled, pins, was_sck = Signal(3), Signal(3), Signal()
        cs_n, sck, mosi = pins
        m.d.sync += [sampled.eq(Cat(self.cs_n, self.sck, self.mosi)), pins.eq(sampled), was_sck.eq(sck)]
        bit = Signal()
        m.d.comb += bit.eq(sck & ~was_sck & ~cs_n)

        # A word waits to be clocked out; its bits change a byte at a time, when eight others have come in. So a bit of
        # the frame moves a short register and a counter, where shifting all of the word would be most of what a frame
        # costs. What comes in takes the place of what has just gone out, and goes out itself one word later.
        word = Signal(data.ArrayLayout(8, DATA_BITS // 8))  # the byte that goes first has the highest index
        newest = Signal(7)
        position = Signal(range(DATA_BITS))  # in the word; the command is in the place of a word's last byte
        incoming = Cat(mosi, newest)
        start, loaded, kept = Signal(), Signal(), Signal()
        byte = bit & (position[:3] == 7)
        m.d.comb += [
            self.miso.eq(word[~position[3:]].bit_select(~position[:3], 1)),  # the byte first: it changes more rarely
            self.miso_enable.eq(~self.cs_n),
            bus.write_data.eq(Cat(incoming, word.as_value()[8:])),
        ]
        with m.If(bit | start):
            m.d.sync += position.eq(Mux(start, DATA_BITS - 8, Mux(loaded, 0, position + 1)))
        with m.If(bit & kept):
            m.d.sync += newest.eq(incoming)
        entire = Mux(start, self.status, bus.read_data)
        for k in range(len(word)):
            here = byte & kept & (position[3:] == len(word) - 1 - k)
            with m.If(start | loaded | here):
                m.d.sync += word[k].eq(Mux(kept, incoming, entire.word_select(k, 8)))
        commanded = Signal()
        with m.If(commanded | bus.read | bus.write):
            m.d.sync += bus.address.eq(Mux(commanded, incoming[:7], Mux(bus.port, bus.address, bus.address + 1)))

        with m.FSM() as fsm:
            with m.State("IGNORED"), m.If(cs_n):  # from reset on, until chip select has been high
                m.next = "DESELECTED"
            with m.State("DESELECTED"), m.If(~cs_n):
                m.d.comb += start.eq(1)
                m.next = "COMMAND"
            with m.State("COMMAND"):
                m.d.comb += kept.eq(1)
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(1)
                    m.next = "DESELECTED"
                with m.Elif(byte):
                    m.d.comb += commanded.eq(1)
                    m.next = "TURNAROUND"
                    with m.If(incoming[7]):
                        m.next = "WRITE"
            with m.State("TURNAROUND"):
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(position != 0)
                    m.next = "DESELECTED"
                with m.Elif(byte):
                    m.d.comb += loaded.eq(1)
                    m.next = "READ"
            with m.State("READ"):
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(position != 0)
                    m.next = "DESELECTED"
                with m.Elif(bit):
                    # A word is read when its first bit has been clocked: nothing is read beyond a frame's end.
                    m.d.comb += [bus.read.eq(position == 0), loaded.eq(position == DATA_BITS - 1)]
            with m.State("WRITE"):
                m.d.comb += kept.eq(1)
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(position != 0)
                    m.next = "DESELECTED"
                with m.Elif(bit):
                    m.d.comb += bus.write.eq(position == DATA_BITS - 1)
        m.d.comb += self.active.eq(~fsm.ongoing("DESELECTED") | ~cs_n | ~sampled[0])
        return m
