"""R peaks. Twin of `model/frontend/detector.py`, which says what each of its registers is."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.conveyor import BEND_BITS
from sparrow_ecg.model.frontend.detector import (
    CLEAR,
    FLOOR,
    INTERVAL_LOG2,
    LEARNING,
    LONGEST,
    REFRACTORY,
    T_WAVE,
    USUAL,
)


def five_eighths(value: Value) -> Value:
    return (value >> 1) + (value >> 3)


class Detector(wiring.Component):
    """push:  take ``bend``, of one block. In that cycle are right:
    found:    a beat is known, ``interval`` blocks after the one before,
    known:    if there was one.
    start, doubt: as their methods in the model.
    age:      blocks since the last beat, after the last push; lost: it is at its end.
    """

    def __init__(self) -> None:
        blocks = range(LONGEST + 1)
        inputs = {"push": In(1), "bend": In(BEND_BITS), "start": In(1), "doubt": In(1)}
        outputs = {"found": Out(1), "known": Out(1), "interval": Out(blocks), "age": Out(blocks), "lost": Out(1)}
        super().__init__(inputs | outputs)

    def elaborate(self, platform) -> Module:
        m = Module()
        level = range(1 << BEND_BITS)
        beats, noise, height, highest, held = (
            Signal(level, name=name) for name in ("beats", "noise", "height", "highest", "held")
        )
        usual = Signal(range((LONGEST + 1) << INTERVAL_LOG2), init=USUAL << INTERVAL_LOG2)
        known = Signal()
        age = Signal(range(LONGEST + 1))
        held_at = Signal(range(LONGEST + 1))
        learned = Signal(range(LEARNING + 1))
        clear = Signal(range(CLEAR + 1))

        # Before the block is judged: one block older, and the level jumps up while it learns.
        older = Signal(range(LONGEST + 2))
        learning = Signal()
        learnt = Signal(level)
        rises = Signal()
        judged = Signal()
        at = Signal(range(LONGEST + 1))
        m.d.comb += [
            older.eq(age + 1),
            learning.eq(learned != LEARNING),
            learnt.eq(Mux(learning & ((self.bend >> 1) > beats), self.bend >> 1, beats)),
            rises.eq(self.bend > highest),
            judged.eq(~rises & (clear == CLEAR - 1)),
            at.eq(older - CLEAR),
        ]

        threshold = Signal(level)
        lowered = Signal(level)
        interval = Signal(range(LONGEST + 1))
        m.d.comb += [
            threshold.eq(noise + ((learnt - noise) >> 2)),
            lowered.eq(five_eighths(threshold)),
            interval.eq(usual >> INTERVAL_LOG2),
        ]

        # A candidate.
        asked = Signal(level)
        needed = Signal(level)
        free = Signal()
        early = Signal()
        accepted = Signal()
        refused = Signal()
        m.d.comb += [
            asked.eq(Mux(known & ((at << 2) > interval + (interval << 1)), lowered, threshold)),
            needed.eq(Mux(asked > FLOOR, asked, FLOOR)),
            free.eq(judged & ~(known & (at <= REFRACTORY))),
            early.eq(known & (at < T_WAVE) & (highest < five_eighths(height))),
            accepted.eq(free & (highest > needed) & ~early),
            refused.eq(free & ~accepted),
        ]

        # Levels move by a quarter of the way: of noise to what was refused, of beats to what was accepted.
        holds = Signal()
        quieter = Signal(level)
        kept = Signal(level)
        kept_at = Signal(range(LONGEST + 1))
        m.d.comb += [
            holds.eq(refused & (highest > held) & ~early),
            quieter.eq(Mux(refused, _toward(noise, highest), noise)),
            kept.eq(Mux(holds, highest, held)),
            kept_at.eq(Mux(holds, at, held_at)),
        ]

        # Looking back, after a candidate that was refused in the same block.
        overdue = Signal()
        back = Signal(level)
        back_needed = Signal(level)
        missed = Signal()
        m.d.comb += [
            overdue.eq(known & ~accepted & (kept != 0) & (older > interval + five_eighths(interval))),
            back.eq(five_eighths(quieter + ((learnt - quieter) >> 2))),
            back_needed.eq(Mux(back > FLOOR, back, FLOOR)),
            missed.eq(overdue & (kept > back_needed)),
        ]
        new = Signal(level)
        new_at = Signal(range(LONGEST + 1))
        goal = Signal(level)
        most = Mux(learnt >> (BEND_BITS - 2), (1 << BEND_BITS) - 1, learnt << 2)
        m.d.comb += [
            new.eq(Mux(accepted, highest, kept)),
            new_at.eq(Mux(accepted, at, kept_at)),
            goal.eq(Mux(accepted & (highest > most), most, new)),
            self.found.eq(accepted | missed),
            self.known.eq(known),
            self.interval.eq(new_at),
            self.age.eq(age),
            self.lost.eq(age == LONGEST),
        ]

        with m.If(self.push):
            m.d.sync += [
                age.eq(older),
                learned.eq(learned + learning),
                beats.eq(learnt),
                noise.eq(quieter),
                clear.eq(clear + 1),
                held.eq(Mux(overdue, 0, kept)),
                held_at.eq(kept_at),
            ]
            with m.If(rises):
                m.d.sync += [highest.eq(self.bend), clear.eq(0)]
            with m.If(judged):
                m.d.sync += [highest.eq(0), clear.eq(0)]
            with m.If(self.found):
                m.d.sync += [
                    age.eq(older - new_at),
                    beats.eq(_toward(learnt, goal)),
                    height.eq(new),
                    known.eq(1),
                    held.eq(0),
                ]
                with m.If(known):
                    m.d.sync += usual.eq(usual + new_at - interval)
        with m.If(self.start | self.doubt):
            m.d.sync += [
                *(each.eq(0) for each in (known, age, height, highest, clear, held, held_at)),
                usual.eq(USUAL << INTERVAL_LOG2),
                beats.eq(Mux(self.start, 0, beats >> 1)),
                noise.eq(Mux(self.start, 0, noise >> 1)),
            ]
        with m.If(self.start):
            m.d.sync += learned.eq(0)
        return m


def _toward(level: Value, goal: Value) -> Value:
    """A quarter of the way from a level to a goal."""
    return level + ((goal - level) >> 2)
