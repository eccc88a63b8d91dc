"""Where words wait: nothing is lost, invented or overtaken, and no count leaves its range."""

from __future__ import annotations

from collections.abc import Iterator

from amaranth.hdl import Signal

from sparrow_ecg.hw.formal.harness import Harness, Property, held, taken
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.host.events import EventFifo
from sparrow_ecg.hw.host.holder import Holder
from sparrow_ecg.hw.host.unpacker import BYTES, Unpacker

DEPTHS = (2, 5)


def fifo(depth: int):
    def rules(h: Harness) -> None:
        fifo = h.add(EventFifo(4, depth))
        events, oldest = fifo.events, fifo.oldest
        waited = h.past(events.valid & ~events.ready)
        h.given(~waited | events.valid & (events.payload == h.past(events.payload)))
        held(h, oldest)

        enters, leaves = taken(events) & ~(fifo.lost & ~fifo.keep_newest), taken(oldest)
        dropped = fifo.lost & fifo.keep_newest  # the second oldest
        count = Signal(range(2 * depth + 2))
        h.m.d.sync += count.eq(count + enters - leaves - dropped)
        h.always(fifo.waiting == count)
        h.always(count <= depth)
        h.always(~fifo.lost | events.valid & (count == depth) & ~leaves)
        h.always(~events.valid | events.ready)  # nobody waits: an event is there, or said to be lost

        # any one event: how many are before it, until it leaves as it came or is dropped
        mark, marked, ahead, payload = h.free(name="mark"), Signal(), Signal.like(count), Signal(4)
        with h.m.If(~marked & enters & mark):
            h.m.d.sync += [marked.eq(1), ahead.eq(count - leaves - dropped), payload.eq(events.payload)]
        with h.m.Elif(marked):
            h.m.d.sync += ahead.eq(ahead - (leaves | (dropped & (ahead != 0))))
            with h.m.If((leaves & (ahead == 0)) | (dropped & (ahead == 1))):
                h.m.d.sync += marked.eq(0)
        h.always(~(marked & (ahead == 0) & oldest.valid) | (oldest.payload == payload))
        h.always(~marked | (ahead < count))
        h.reach(marked & (ahead == 0) & leaves & (payload == 5), "an event leaves")
        h.reach((count == depth) & dropped, "the second oldest is dropped")
        h.reach((count == depth) & fifo.lost & ~fifo.keep_newest, "the newest is dropped")

    return rules


def holder(h: Harness) -> None:
    dut = h.add(Holder(4))
    samples = dut.samples
    held(h, samples)
    kept = h.past(dut.arrives & ~dut.lost & (dut.waits | ~samples.ready))
    h.always(~kept | dut.waits & (samples.payload == h.past(dut.sample)))
    h.always(~(dut.waits & ~kept) | h.past(dut.waits & ~samples.ready))  # none is made up or comes twice
    h.always(dut.waits | (samples.valid == dut.arrives) & (samples.payload == dut.sample))
    h.always(~dut.lost | dut.arrives & dut.waits & ~samples.ready)
    h.reach(dut.lost, "a sample is lost")
    h.reach(samples.valid & h.past(taken(samples)), "samples follow each other")


def unpacker(h: Harness) -> None:
    dut = h.add(Unpacker())
    word, left = Signal(8 * BYTES), Signal(range(BYTES + 1))
    with h.m.If(dut.drop):
        h.m.d.sync += left.eq(0)
    with h.m.Elif(dut.write & dut.empty):
        h.m.d.sync += [word.eq(dut.word), left.eq(BYTES)]
    with h.m.Elif(taken(dut.bytes)):
        h.m.d.sync += left.eq(left - 1)
    h.always(dut.empty == (left == 0))
    h.always(dut.bytes.valid == (left != 0))
    h.always(~dut.bytes.valid | (dut.bytes.payload == word.word_select((left - 1)[:2], 8)))
    h.reach(taken(dut.bytes) & (left == 1) & (dut.bytes.payload == 7), "the last byte of a word")
    h.reach(dut.write & ~dut.empty, "a word comes while there is one")


def properties() -> Iterator[Property]:
    claim = "{} events: in order, none lost but as said, none made up; the level stays in 0..{}; oldest is held"
    bugs = (
        Bug("host.events", "(~valid[k] | leaves)", "~valid[k]"),
        Bug("host.events", "& self.full & ~oldest.ready", "& self.full"),
        Bug("host.events", "sum(valid)", "sum(valid[1:])"),
        Bug("host.events", "if k == 0 else", "if k == 1 else"),
    )
    for depth in DEPTHS:
        yield Property(f"fifo-{depth}", claim.format(depth, depth), fifo(depth), bugs=bugs)
    yield Property(
        "holder",
        "a sample waits unchanged until it is taken; one is lost only while another waits, and that is said",
        holder,
        bugs=(
            Bug("host.holder", "m.If(self.arrives & (waits == samples.ready))", "m.If(self.arrives)"),
            Bug("host.holder", "self.arrives & waits & ~samples.ready", "self.arrives & waits"),
        ),
    )
    yield Property(
        "unpacker",
        "four bytes a word, the highest first; a word that comes while there is one changes nothing; never below 0",
        unpacker,
        bugs=(
            Bug("host.unpacker", "self.write & self.empty", "self.write"),
            Bug("host.unpacker", "held[-8:]", "held[:8]"),
        ),
        quick=True,
    )
