"""What makes the counts of a beat in the front end, by kind of encoding, and how it stands there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from amaranth.hdl import Module, Mux, Value

from sparrow_ecg.hw.frontend.conveyor import Conveyor
from sparrow_ecg.hw.frontend.relative.encoder import Encoder
from sparrow_ecg.hw.frontend.relative.rememberer import Rememberer
from sparrow_ecg.hw.frontend.relative.ring import Ring
from sparrow_ecg.hw.frontend.rhythm import Rhythm
from sparrow_ecg.hw.frontend.shaper import Shaper
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding


@dataclass(frozen=True)
class Asked:
    """shape, count: held until the coder has taken the window in, and until it has offered all counts.
    interval, follows: of the beat that is known last; following: of the one before, what is after it.
    counts: where counts go.
    """

    shape: Value
    count: Value
    interval: Value
    follows: Value
    following: Value
    counts: Any


class Coder(NamedTuple):
    """shaped, counted: in the cycle in which what is asked ends. previous: the interval before the beat.
    take, start: to be driven: a new beat; forget all.
    free: whether these may be; none if always.
    """

    shaped: Value
    counted: Value
    previous: Value
    take: Value
    start: Value
    free: Value | None = None


def sums(front: FrontEnd) -> Conveyor | Ring:
    """Where the sums of blocks are kept: they move where they are all read anyway, and stay where they are not."""
    return Conveyor(front.depth) if isinstance(front.encoding, Encoding) else Ring(front.depth)


def blocks(front: FrontEnd) -> tuple[str, ...]:
    """Names of the submodules of `FrontEndRtl` that are worth telling apart, those inside others first."""
    if isinstance(front.encoding, Encoding):
        return "ticker", "conveyor", "quality", "detector", "shaper", "rhythm"
    inside = (f"relative.{name}" for name in ("shape", "template", "words", "offer"))
    beside = ("memory",) if isinstance(front.encoding, RememberingEncoding) else ()
    return "ticker", "conveyor.store", "conveyor", "quality", "detector", *inside, "relative", *beside


def coder(m: Module, front: FrontEnd, kept: Conveyor | Ring, asked: Asked) -> Coder:
    """Add what the front end's encoding needs."""
    if isinstance(kept, Conveyor):
        assert isinstance(front.encoding, Encoding)
        return _absolute(m, front.encoding, kept, asked)
    if isinstance(front.encoding, RememberingEncoding):
        return _remembering(m, front.encoding, kept, asked)
    assert isinstance(front.encoding, RelativeEncoding)
    return _relative(m, front.encoding, kept, asked)


def _absolute(m: Module, encoding: Encoding, conveyor: Conveyor, asked: Asked) -> Coder:
    m.submodules.shaper = shaper = Shaper(encoding, conveyor.depth)
    m.submodules.rhythm = rhythm = Rhythm(encoding, shaper.bits)
    m.d.comb += [
        shaper.go.eq(asked.shape),
        shaper.oldest.eq(conveyor.oldest),
        conveyor.turn.eq(shaper.turn),
        rhythm.go.eq(asked.count),
        rhythm.span.eq(shaper.span),
        rhythm.interval.eq(asked.interval),
        rhythm.follows.eq(asked.follows),
        rhythm.following.eq(asked.following),
    ]
    for source in (shaper, rhythm):
        m.d.comb += source.counts.ready.eq(asked.counts.ready)
    m.d.comb += [
        asked.counts.valid.eq(shaper.counts.valid | rhythm.counts.valid),
        asked.counts.payload.eq(Mux(asked.shape, shaper.counts.payload, rhythm.counts.payload)),
    ]
    return Coder(shaper.done, rhythm.done, rhythm.previous, rhythm.take, rhythm.start)


def _relative(m: Module, encoding: RelativeEncoding, ring: Ring, asked: Asked) -> Coder:
    m.submodules.relative = encoder = Encoder(encoding)
    m.d.comb += [
        encoder.load.eq(asked.shape),
        encoder.tell.eq(asked.count),
        encoder.interval.eq(asked.interval),
        encoder.follows.eq(asked.follows),
        encoder.following.eq(asked.following),
        ring.read.eq(encoder.read),
        ring.at.eq(encoder.at),
        encoder.sum.eq(ring.word),
        asked.counts.valid.eq(encoder.counts.valid),
        asked.counts.payload.eq(encoder.counts.payload),
        encoder.counts.ready.eq(asked.counts.ready),
    ]
    return Coder(encoder.loaded, encoder.told, encoder.previous, encoder.take, encoder.start, encoder.free)


def _remembering(m: Module, encoding: RememberingEncoding, ring: Ring, asked: Asked) -> Coder:
    """While counts of the beats before are told, the encoder learns already."""
    m.submodules.memory = memory = Rememberer(encoding)
    m.d.comb += [  # before the encoder: names in Verilog go to who is first, and probes look for the front end's counts
        asked.counts.valid.eq(memory.counts.valid),
        asked.counts.payload.eq(memory.counts.payload),
        memory.counts.ready.eq(asked.counts.ready),
    ]
    coder = _relative(m, encoding.now, ring, replace(asked, count=asked.count & ~memory.recalls, counts=memory.told))
    m.d.comb += memory.start.eq(coder.start)
    return coder._replace(counted=memory.done)
