"""The SPI slave whose clock is ``sck``: what frames do, bit by bit, however the pins move."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from amaranth.hdl import Mux, Signal

from sparrow_ecg.hw.formal.frames import ANSWER_BITS, COMMAND, COUNT_BITS, NUMBER, low_when_selected, slave
from sparrow_ecg.hw.formal.harness import Harness, Property
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS

SLAVE = "host.sck_slave"


def accesses(h: Harness) -> None:
    """When a register is read or written."""
    dut, frames = slave(h)
    bus, bits = dut.bus, frames.bits
    word = frames.commanded & ~frames.beats
    h.always(dut.cs_n | (bus.write == (word & frames.writes & (bits == 39))))
    h.always(dut.cs_n | (bus.read == (word & ~frames.writes & (bits == 16))))
    h.always(dut.miso_enable == ~dut.cs_n)
    h.reach(frames.taken & h.past(bus.write), "a write")
    h.reach(frames.taken & h.past(bus.read), "a read")


def written(h: Harness) -> None:
    """Any one bit of a word that is written."""
    dut, frames = slave(h)
    last, begun = DATA_BITS - 1, h.past(1)
    place, chosen = h.free(5, "place"), Signal(5)
    bit, mosi = frames.follow("bit", 1), h.past(dut.mosi)
    h.m.d.comb += chosen.eq(Mux(begun, h.past(chosen), place))
    with h.m.If(frames.taken & ((frames.were - COMMAND)[:5] == chosen)):
        h.m.d.comb += bit.eq(mosi)
    write, data = frames.selected & dut.bus.write, dut.bus.write_data
    h.always(~write | (data.bit_select((last - chosen)[:5], 1) == Mux(chosen == last, dut.mosi, bit)))
    h.reach(write & (data == 0x12345678), "a word")


def addressed(h: Harness) -> None:
    dut, frames = slave(h)
    bus = dut.bus
    address = frames.follow("address", ADDRESS_BITS)
    before, resetting, port = h.past(address), h.past(frames.resetting), h.past(bus.port)
    with h.m.If(frames.edge & resetting):
        h.m.d.comb += address.eq(0)
    with h.m.Elif(frames.taken & (frames.were == COMMAND - 1)):
        h.m.d.comb += address.eq(frames.command[:-1])
    with h.m.Elif(frames.word_ends & ~port):
        h.m.d.comb += address.eq(before + 1)
    access, given = frames.selected & (bus.read | bus.write), frames.command[:-1]
    h.always(bus.address == address)
    h.reach(access & (frames.bits == 16) & (address == given + 1), "the second word of a burst")
    h.reach(access & (frames.bits == 16) & (address == 0) & (given != 0), "a reset in a frame")


def out(h: Harness) -> None:
    dut, frames = slave(h)
    low_when_selected(h, dut)
    bits, commanded = frames.bits, frames.commanded
    reads = commanded & ~frames.beats & ~frames.writes & (bits >= 16)
    status, word = dut.status.bit_select((7 - bits)[:3], 1), dut.bus.read_data.bit_select((15 - bits)[:5], 1)
    miso = frames.going_out(Mux(commanded, reads & word, status))
    h.always(commanded & frames.beats | (dut.miso == miso))
    h.reach(reads & (bits == 47) & dut.miso, "the last bit of a word that is read")


def torn(h: Harness) -> None:
    dut, frames = slave(h)
    cut, are = frames.follow("cut", 1), frames.are
    whole = (are == COMMAND) | frames.beats | (are[:5] == Mux(frames.writes, 8, 16))
    with h.m.If(frames.taken):
        h.m.d.comb += cut.eq((are < COMMAND) | ~whole)
    count = frames.counting & dut.beat.ready
    h.always(dut.cs_n | (dut.frame_error == ((frames.bits == 0) & (cut | count))))
    h.reach(dut.frame_error & ~count, "a torn word")
    h.reach(dut.frame_error & count, "a torn beat")


def beats(h: Harness) -> None:
    dut, frames = slave(h)
    beat, bits = dut.beat, frames.bits
    command = frames.word[:COMMAND]
    h.always(dut.cs_n | (beat.begin == ((bits == COMMAND - 1) & (command == (1 << ADDRESS_BITS | NUMBER)))))
    place = frames.follow("place", range(COUNT_BITS))  # of the next bit in its count
    before = h.past(place)
    with h.m.If(frames.taken):
        again = (frames.were < COMMAND) | (before == COUNT_BITS - 1)
        h.m.d.comb += place.eq(Mux(again, 0, before + 1))
    ends = frames.counting & (bits >= COMMAND) & (place == COUNT_BITS - 1)
    h.always(dut.cs_n | (beat.valid == ends))
    h.always(dut.cs_n | ~beat.valid | (beat.count == frames.word[:COUNT_BITS]))
    h.reach(beat.valid & (beat.count == 5), "a count")


def answers(h: Harness) -> None:
    dut, frames = slave(h)
    low_when_selected(h, dut)
    waiting, answering = frames.follow("waiting", 1), frames.follow("answering", 1)
    place = frames.follow("place", range(ANSWER_BITS))
    waited, answered, before = h.past(waiting), h.past(answering), h.past(place)
    there, counted = h.past(dut.beat.answered), h.past(frames.counting)
    with h.m.If(frames.taken):
        with h.m.If(frames.were < COMMAND):
            h.m.d.comb += waiting.eq((frames.were == COMMAND - 1) & frames.beats & ~frames.writes)
            h.m.d.comb += answering.eq(0)
        with h.m.Elif(answered):
            h.m.d.comb += [answering.eq(before != ANSWER_BITS - 1), place.eq(before + 1)]
        with h.m.Elif(waited & (frames.were[:3] == 7) & there):
            h.m.d.comb += [waiting.eq(0), answering.eq(1), place.eq(0)]
        with h.m.Elif(counted & ~frames.counting):
            h.m.d.comb += waiting.eq(1)
    ours = frames.commanded & frames.beats
    miso = frames.going_out(answering & dut.beat.answer.bit_select(place, 1))
    h.always(~ours | (frames.bits == COMMAND) | (dut.miso == miso))  # with the command goes the status
    h.reach(ours & dut.miso & (place == ANSWER_BITS - 1) & h.past(~dut.sck), "the last bit of an answer")


def properties() -> Iterator[Property]:
    begins_anew = Bug("host.chip", '"frame": cs_n', '"frame": rst')
    claims: dict[str, tuple[Callable[[Harness], None], str, tuple[Bug, ...]]] = {
        "accesses": (
            accesses,
            "a register is written with the 32nd bit of a word of this frame and read with the first, and at no other"
            " moment; miso is driven while the chip is selected",
            (
                begins_anew,
                Bug(SLAVE, "(at == At.READ) & (here == 0)", "(at == At.READ) & (here == 1)"),
                Bug(SLAVE, "(at == At.WRITE) & word", "(at == At.WRITE) & byte"),
                Bug(SLAVE, "self.miso_enable.eq(~self.cs_n)", "self.miso_enable.eq(1)"),
            ),
        ),
        "written": (
            written,
            "each bit of a word that is written is the one that came at its place",
            (Bug(SLAVE, "bytes_before.eq(Cat(incoming, bytes_before))", "bytes_before.eq(Cat(newest, bytes_before))"),),
        ),
        "addressed": (
            addressed,
            "the register is that of the command, then the next after each word, but for a port",
            (Bug(SLAVE, "bus.address.eq(incoming[:ADDRESS_BITS])", "bus.address.eq(newest)"),),
        ),
        "out": (
            out,
            "status, then words that are read go out at falling edges, the highest bit first; else zeros",
            (
                Bug(SLAVE, "pick(reversed(self.status), position[:3])", "pick(self.status, position[:3])"),
                Bug("host.chip", 'clk_edge="neg" if name == "late" else "pos"', 'clk_edge="pos"'),
            ),
        ),
        "torn": (
            torn,
            "with the first bit of a frame it is told whether the one before ended inside a command, word or count",
            (
                Bug(SLAVE, "((last == At.COUNTS) & beat.ready)", "(last == At.COUNTS)"),
                Bug(SLAVE, "(last < At.COUNTS)", "(last < At.WRITE)"),
            ),
        ),
        "beats": (
            beats,
            "a beat begins with its command alone, and each count is told with its last bit while counts are awaited",
            (
                begins_anew,
                Bug(SLAVE, "commands_beat & incoming[7]", "commands_beat"),
                Bug(SLAVE, "ends = phase == self.input_bits - 1", "ends = phase == self.input_bits - 2"),
            ),
        ),
        "answers": (
            answers,
            "the answer goes out from the first byte on that begins when it is there, whole, and then zeros",
            (
                Bug(SLAVE, "byte & beat.answered", "beat.answered"),
                Bug(SLAVE, "pick(beat.answer, position)", "pick(reversed(beat.answer), position)"),
            ),
        ),
    }
    for name, (rules, claim, bugs) in claims.items():
        yield Property(f"spi-{name}", f"SPI, however the pins move: {claim}", rules, bugs=bugs)
