"""What the SPI slave whose clock is ``sck`` must know of its frames, from how its pins move.

A cycle of the harness is a moment of the pins. A flip-flop takes at an edge what was there the moment before, and is
reset at once. What a frame must do is said here once more, by how many bits of it have come.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, DomainRenamer, EnableInserter, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from sparrow_ecg.hw.formal.harness import Harness
from sparrow_ecg.hw.host.chip import clocked_by
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS
from sparrow_ecg.hw.host.sck_slave import Beat, SckSlave

NUMBER = 5  # of the register whose commands are of the beat
COUNT_BITS, ANSWER_BITS = 3, 9
COMMAND = ADDRESS_BITS + 1  # bits
WRAP, ROUND = 48, 32  # bits of a frame are counted up to 48, then again from 16: nobody needs more of the number


class Slave(wiring.Component):
    """A slave as it is in a chip, with its clock and its resets."""

    def __init__(self) -> None:
        self.slave = SckSlave(NUMBER, Beat(COUNT_BITS, ANSWER_BITS))
        super().__init__({"rst": In(1), "sck": In(1)} | dict(self.slave.signature.members))

    def elaborate(self, platform) -> Module:
        m = Module()
        resetting = Signal(init=1)
        m.domains += clocked_by(self.sck, self.cs_n, self.rst, resetting)
        m.d.reset += resetting.eq(resetting & self.cs_n)
        m.submodules.slave = EnableInserter(~self.cs_n)(self.slave)
        inside = {path: signal for path, _, signal in self.slave.signature.flatten(self.slave)}
        for path, member, signal in self.signature.flatten(self):
            if path in inside:
                m.d.comb += inside[path].eq(signal) if member.flow == In else signal.eq(inside[path])
        return m


class Frames:
    """What a slave must know in every moment, from its pins alone.

    edge:      sck has just risen. falls: it has fallen while the chip is selected.
    taken:     a bit has just come. bits: how many of this frame, see `WRAP`; before it there were ``were``, and with it
               there ``are``, though the frame may have ended in the same moment.
    word:      the last bits that came, the newest lowest, with the one that is on ``mosi``.
    command:   of this frame; ``writes`` and ``beats`` are told by it, once it is ``commanded``.
    word_ends: with the bit that has just come.
    resetting: until the first bit after a reset.
    counting:  counts of a beat are awaited.
    """

    def __init__(self, h: Harness, dut: Any):
        self.h = h
        h.given(h.past(1) | (dut.cs_n & ~dut.sck))  # at power-on
        edge, selected = dut.sck & ~h.past(dut.sck), h.past(~dut.cs_n)
        h.given(~(edge & h.past(dut.rst)) | dut.rst)  # whether that edge is still reset, nobody knows
        self.edge = edge
        self.falls = ~dut.sck & h.past(dut.sck) & selected
        self.selected, self.taken = ~dut.cs_n, edge & selected
        self.bits = self.follow("bits", range(WRAP))
        self.were = were = h.past(self.bits)
        self.are = Mux(were == WRAP - 1, WRAP - ROUND, were + 1)
        came = self.follow("came", DATA_BITS - 1)
        self.command = self.follow("command", COMMAND)
        shifted = Cat(h.past(dut.mosi), h.past(came))
        with h.m.If(self.taken):
            h.m.d.comb += [self.bits.eq(self.are), came.eq(shifted)]
            with h.m.If(were == COMMAND - 1):
                h.m.d.comb += self.command.eq(shifted)
        with h.m.If(dut.cs_n):
            h.m.d.comb += self.bits.eq(0)
        self.word = Cat(dut.mosi, came)
        self.commanded = self.bits >= COMMAND
        self.writes, self.beats = self.command[-1], self.command[:-1] == NUMBER
        in_words = h.past(self.commanded & ~self.beats)
        self.word_ends = self.taken & in_words & (were == Mux(self.writes, 39, 47))

        running = self.follow("running", 1)
        ran, bit = h.past(running), h.past(dut.beat.begin & dut.beat.accepted)
        h.m.d.comb += running.eq(~dut.rst & (ran | self.taken))
        self.resetting = ~running
        self.counting = self.follow("counting", 1)
        ready = h.past(dut.beat.ready)
        with h.m.If(self.taken):
            with h.m.If(were < COMMAND):
                h.m.d.comb += self.counting.eq(bit)
            with h.m.Elif(~ready):
                h.m.d.comb += self.counting.eq(0)

    def follow(self, name: str, shape: Any) -> Signal:
        """A signal that is 0 at first, and stays as it was if nobody says otherwise."""
        now = Signal(shape, name=name)
        self.h.m.d.comb += now.eq(self.h.past(now))
        return now

    def going_out(self, bit: Any) -> Signal:
        """What goes out if at each falling edge it is ``bit``, while the chip is selected."""
        out, before = self.follow("out", 1), self.h.past(bit)
        with self.h.m.If(~self.selected):
            self.h.m.d.comb += out.eq(0)
        with self.h.m.Elif(self.falls):
            self.h.m.d.comb += out.eq(before)
        return out


def slave(h: Harness) -> tuple[Any, Frames]:
    dut = h.add(Slave(), wrapper=DomainRenamer({"sync": "of_sck"}))
    return dut, Frames(h, dut)


def low_when_selected(h: Harness, dut: Any) -> None:
    """Mode 0: sck is low when a frame begins."""
    h.given(~(h.past(dut.cs_n) & ~dut.cs_n) | ~dut.sck)
