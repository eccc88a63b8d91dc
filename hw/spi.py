"""SPI slave, mode 0, in the core's clock domain: frames become accesses to registers.

A frame is chip select low, a command byte, words of 32 bits, chip select high; everything most significant bit
first. Bit 7 of the command is 1 for a write, the rest is the number of the first register. A read has one byte of
turnaround before its words. While the command comes in, the status byte goes out; whatever else the host sends
comes back 32 bits later, unless words that are read take its place.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hw.registers.bus import RegisterBus
from hw.registers.map import DATA_BITS

WRITE = 0x80  # bit of the command


class SpiSlave(wiring.Component):
    """Pins are sampled through two flip-flops; ``sck`` may run at up to a quarter of the core's clock.

    A bit is taken two to three cycles after the rising edge of ``sck``, and ``miso`` changes then too, at least
    a cycle before the next one: with an answer at the falling edge only half the speed would be safe.

    active:      the core's clock is needed: a frame is open, or its end has not been seen.
    status:      what goes out as the first byte of a frame.
    frame_error: the frame that ends had no whole command, or ends inside a byte or word.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "cs_n": In(1, init=1),
                "sck": In(1),
                "mosi": In(1),
                "miso": Out(1),
                "miso_enable": Out(1),
                "active": Out(1),
                "status": In(8),
                "frame_error": Out(1),
                "bus": Out(RegisterBus()),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        bus = self.bus
        sampled, pins, was_sck = Signal(3), Signal(3), Signal()
        cs_n, sck, mosi = pins
        m.d.sync += [sampled.eq(Cat(self.cs_n, self.sck, self.mosi)), pins.eq(sampled), was_sck.eq(sck)]
        bit = Signal()
        m.d.comb += bit.eq(sck & ~was_sck & ~cs_n)

        # One register shifts answers out and bits in.
        shift = Signal(DATA_BITS)
        incoming = Cat(mosi, shift[:-1])
        position = Signal(range(DATA_BITS))
        writing = Signal()
        m.d.comb += [
            self.miso.eq(shift[-1]),
            self.miso_enable.eq(~self.cs_n),
            bus.write_data.eq(incoming),
        ]
        with m.If(bit):
            m.d.sync += [shift.eq(incoming), position.eq(position + 1)]
        with m.If(bus.read | bus.write):
            m.d.sync += bus.address.eq(Mux(bus.port, bus.address, bus.address + 1))

        with m.FSM() as fsm:
            with m.State("IGNORED"), m.If(cs_n):  # from reset on, until chip select has been high
                m.next = "DESELECTED"
            with m.State("DESELECTED"), m.If(~cs_n):
                m.d.sync += [shift.eq(Cat(Const(0, DATA_BITS - 8), self.status)), position.eq(0)]
                m.next = "COMMAND"
            with m.State("COMMAND"):
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(1)
                    m.next = "DESELECTED"
                with m.Elif(bit & (position == 7)):
                    m.d.sync += [bus.address.eq(incoming), writing.eq(incoming[7]), position.eq(0)]
                    m.next = "TURNAROUND"
                    with m.If(incoming[7]):
                        m.next = "WORDS"
            with m.State("TURNAROUND"):
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(position != 0)
                    m.next = "DESELECTED"
                with m.Elif(bit & (position == 7)):
                    m.d.sync += [shift.eq(bus.read_data), position.eq(0)]
                    m.next = "WORDS"
            with m.State("WORDS"):
                with m.If(cs_n):
                    m.d.comb += self.frame_error.eq(position != 0)
                    m.next = "DESELECTED"
                with m.Elif(bit):
                    # A word is read when its first bit has been clocked: nothing is read beyond a frame's end.
                    m.d.comb += bus.read.eq(~writing & (position == 0))
                    with m.If(position == DATA_BITS - 1):
                        m.d.comb += bus.write.eq(writing)
                        with m.If(~writing):
                            m.d.sync += shift.eq(bus.read_data)
        m.d.comb += self.active.eq(~fsm.ongoing("DESELECTED") | ~cs_n | ~sampled[0])
        return m
