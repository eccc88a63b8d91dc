"""SPI slave, mode 0, whose clock is ``sck``: frames become accesses to registers, counts of a beat, and its answer.

A frame is chip select low, a command byte, what follows, chip select high; everything most significant bit first. Bit
7 of the command is 1 for a write, the rest is the number of the first register. Registers are words of 32 bits, before
which a read has one byte of turnaround. Two commands are of the beat: see `Beat`. While the command comes in, the
status byte goes out.
"""

from __future__ import annotations

from collections.abc import Iterable

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.host.registers.bus import RegisterBus
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS

PINS = {"cs_n": In(1, init=1), "mosi": In(1), "miso": Out(1), "miso_enable": Out(1)}
CLASS_BITS = 7  # of an answer, after a bit that is 1


class Beat(wiring.Signature):
    """A beat as it goes through a frame, seen from the slave: counts, each in as few bits as the core takes, without
    gaps; in the clocks after them the core computes, and zeros go out; from the first byte on that begins when it is
    there, the answer goes out. Whoever writes to the register begins anew, whoever reads it waits for the answer.

    begin:   a beat begins. accepted: it may.
    counts:  taken at once while ``ready``, which is low once all are there.
    answer:  its bits, the first in the low bit. answered: it is there.
    """

    def __init__(self, input_bits: int, answer_bits: int):
        self.input_bits, self.answer_bits = input_bits, answer_bits
        super().__init__(
            {
                "begin": Out(1),
                "accepted": In(1),
                "count": Out(input_bits),
                "valid": Out(1),
                "ready": In(1),
                "answer": In(answer_bits),
                "answered": In(1),
            }
        )


class At(enum.Enum):
    """What the next bit of a frame is."""

    COMMAND = 0
    TURNAROUND = 1
    READ = 2
    WRITE = 3
    COUNTS = 4
    WAIT = 5  # for the answer
    ANSWER = 6
    IGNORED = 7


class SckSlave(wiring.Component):
    """Every bit is a cycle of the domain ``sync``, whose clock is ``sck`` while the chip is selected.

    The domain ``frame`` has the same clock, ``late`` its falling edge; both are reset while the chip is not selected,
    and hold one flip-flop each. So a new frame is known by one flip-flop, and how the one before has ended is still
    there when it begins.

    number:      of the register whose commands are of the beat.
    status:      goes out as the first byte; its highest bit is 0.
    frame_error: the frame before this one ended inside a command, a word, or the counts of a beat.
    """

    def __init__(self, number: int, beat: Beat):
        self.number, self.input_bits, self.answer_bits = number, beat.input_bits, beat.answer_bits
        super().__init__(
            PINS
            | {
                "status": In(8),
                "frame_error": Out(1),
                "bus": Out(RegisterBus()),
                "beat": Out(beat),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        bus, beat = self.bus, self.beat
        begun = Signal()  # a bit of this frame has come
        m.d.frame += begun.eq(1)
        # Nobody reads what these are after reset: the first bit of a frame begins anew.
        last, following = Signal(At, reset_less=True), Signal(At)
        position = Signal(range(max(DATA_BITS, self.answer_bits)), reset_less=True)
        at, here = Signal(At), Signal.like(position)
        m.d.comb += [at.eq(Mux(begun, last, At.COMMAND)), here.eq(Mux(begun, position, 0)), following.eq(at)]
        with m.If(following != last):
            m.d.sync += last.eq(following)

        # Seven bits that came, and three whole bytes of a word.
        newest = Signal(7, reset_less=True)
        incoming = Cat(self.mosi, newest)
        bytes_before = Signal(data.ArrayLayout(8, DATA_BITS // 8 - 1), reset_less=True)
        byte, word = Signal(), Signal()
        m.d.comb += [
            byte.eq(here[:3] == 7),
            word.eq(here[:5] == DATA_BITS - 1),
            bus.write_data.eq(Cat(incoming, bytes_before)),
        ]
        in_words = (at == At.COMMAND) | (at == At.WRITE)
        with m.If(in_words | (at == At.COUNTS)):
            m.d.sync += newest[: self.input_bits - 1].eq(incoming)
        with m.If(in_words):
            m.d.sync += newest[self.input_bits - 1 :].eq(incoming[self.input_bits - 1 :])
        with m.If((at == At.WRITE) & byte):
            m.d.sync += bytes_before.eq(Cat(incoming, bytes_before))

        count_ends = self._count_ends(m, here, at)
        beginning = Signal()  # of what comes after a command, a turnaround, a word, or a byte of waiting
        with m.If(beginning | byte):  # which spares the higher bits most of the clocks
            m.d.sync += position[3:].eq(Mux(beginning, 0, here[3:] + 1))
        m.d.sync += position[:3].eq(here + 1)
        m.d.comb += beginning.eq(byte)
        with m.Switch(at):
            with m.Case(At.COMMAND):
                commands_beat = incoming[:ADDRESS_BITS] == self.number
                with m.If(byte):
                    m.d.sync += bus.address.eq(incoming[:ADDRESS_BITS])
                    m.d.comb += beat.begin.eq(commands_beat & incoming[7])
                    with m.If(beat.begin):
                        m.d.comb += following.eq(Mux(beat.accepted, At.COUNTS, At.IGNORED))
                    with m.Elif(commands_beat):
                        m.d.comb += following.eq(At.WAIT)
                    with m.Else():
                        m.d.comb += following.eq(Mux(incoming[7], At.WRITE, At.TURNAROUND))
            with m.Case(At.TURNAROUND), m.If(byte):
                m.d.comb += following.eq(At.READ)
            with m.Case(At.READ, At.WRITE):
                # A word is read when its first bit has been clocked: nothing is read beyond a frame's end.
                m.d.comb += [
                    beginning.eq(word),
                    bus.read.eq((at == At.READ) & (here == 0)),
                    bus.write.eq((at == At.WRITE) & word),
                ]
                with m.If(word & ~bus.port):
                    m.d.sync += bus.address.eq(bus.address + 1)
            with m.Case(At.COUNTS):
                m.d.comb += [beat.count.eq(incoming[: self.input_bits]), beat.valid.eq(count_ends)]
                with m.If(~beat.ready):
                    m.d.comb += following.eq(At.WAIT)
            with m.Case(At.WAIT), m.If(byte & beat.answered):
                m.d.comb += following.eq(At.ANSWER)
            with m.Case(At.ANSWER):
                m.d.comb += beginning.eq(0)
                with m.If(here == self.answer_bits - 1):
                    m.d.comb += following.eq(At.IGNORED)

        torn = ((last == At.COUNTS) & beat.ready) | ((last < At.COUNTS) & (position != 0))
        m.d.comb += [self.frame_error.eq(~begun & torn), self.miso_enable.eq(~self.cs_n)]
        shown = Signal()
        m.d.late += self.miso.eq(shown)
        with m.Switch(last):
            with m.Case(At.COMMAND):
                m.d.comb += shown.eq(pick(reversed(self.status), position[:3]))
            with m.Case(At.READ):
                m.d.comb += shown.eq(pick(reversed(bus.read_data), position[:5]))
            with m.Case(At.ANSWER):
                m.d.comb += shown.eq(pick(beat.answer, position))
        return m

    def _count_ends(self, m: Module, here: Signal, at: Signal):
        """Whether a count has come with this bit: some bits of the position know, or a counter does."""
        if 8 % self.input_bits == 0:
            bits = self.input_bits.bit_length() - 1
            return here[:bits].all() if bits else Const(1)
        phase = Signal(range(self.input_bits), reset_less=True)
        ends = phase == self.input_bits - 1
        with m.If(at == At.COMMAND):
            m.d.sync += phase.eq(0)
        with m.Elif(at == At.COUNTS):
            m.d.sync += phase.eq(Mux(ends, 0, phase + 1))
        return ends


def pick(bits: Iterable[Value], index: Value) -> Value:
    """The bit at an index. The index's highest bit, which moves most rarely, goes to the most multiplexers."""
    left = list(bits)
    for k in reversed(range(len(index))):
        high = left[1 << k :]
        left = [Mux(index[k], *pair) for pair in zip(high, left, strict=False)] + left[len(high) : 1 << k]
    return left[0]
