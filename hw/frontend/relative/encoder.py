"""Counts relative to the patient, by a little arithmetic that programs lead. Twin of `Follower` in
`model/signals/ecg/relative/follower.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import accumulate
from typing import Any

from amaranth.hdl import Array, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.conveyor import SUM_BITS
from sparrow_ecg.hw.frontend.relative import arithmetic, program
from sparrow_ecg.hw.frontend.relative.arithmetic import Difference, Mover, Total, is_one_of
from sparrow_ecg.hw.frontend.relative.fields import fields, offsets
from sparrow_ecg.hw.frontend.relative.instruction import ALIGNED, OFFERS, A, B, Down, How
from sparrow_ecg.hw.frontend.relative.offer import Offer
from sparrow_ecg.hw.frontend.relative.store import Store
from sparrow_ecg.hw.frontend.relative.words import Words
from sparrow_ecg.hw.frontend.rhythm import INTERVAL
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.detector import LONGEST
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.usual import BLOCKS, FAST, FRACTION, NORMAL, SLOW, WARM

BLOCK_BITS = SUM_BITS + 1  # of a block less the level


class Encoder(wiring.Component):
    """load:  held until ``loaded``, in whose cycle it ends: the window in the ring is that of the beat which was taken.
    tell:     likewise, until ``told``; its counts are offered meanwhile. Then it learns, until it is ``free``; so long
              ``following`` holds, and there is neither a start nor a new beat.
    read, at, sum: of the ring.
    take, follows, interval, start, following, previous: as of `Rhythm`.
    """

    def __init__(self, encoding: RelativeEncoding):
        self.encoding = encoding
        self.programs = {
            "load": program.load(),
            "begin": program.begin(),
            "count": list(program.count(encoding)),
            "learn": list(program.learn()),
        }
        super().__init__(
            {
                "load": In(1),
                "loaded": Out(1),
                "tell": In(1),
                "told": Out(1),
                "free": Out(1),
                "read": Out(1),
                "at": Out(range(BLOCKS)),
                "sum": In(SUM_BITS),
                "take": In(1),
                "follows": In(1),
                "interval": In(INTERVAL),
                "start": In(1),
                "following": In(INTERVAL),
                "previous": Out(INTERVAL),
                "counts": Out(stream.Signature(encoding.input_bits)),
            }
        )

    @property
    def cycles(self) -> dict[str, int]:
        """Of each program. One more begins the first of those that follow each other."""
        return {name: sum(each.cycles for each in instructions) for name, instructions in self.programs.items()}

    def elaborate(self, platform) -> Module:
        m = Module()
        whole = [each for instructions in self.programs.values() for each in instructions]
        m.submodules.shape = shape = Store(BLOCK_BITS, BLOCKS)
        m.submodules.template = template = Store(BLOCK_BITS + FRACTION, BLOCKS)
        m.submodules.words = words = Words()
        m.submodules.offer = offering = Offer(self.encoding.input_bits, offsets(whole))
        m.submodules.blocks = blocks = Difference(BLOCK_BITS)
        m.submodules.numbers = numbers = Difference(arithmetic.SUM_BITS)
        m.submodules.total = summing = Total()
        m.submodules.teacher = teacher = Mover(BLOCK_BITS + FRACTION, FRACTION)
        m.submodules.mover = mover = Mover(len(words.aligned) + 1, ALIGNED)

        # Where it is in which program, and in the window.
        loaded_at, begun_at, told_at, learned_at = accumulate(map(len, self.programs.values()))
        running, place, position = Signal(), Signal(range(len(whole) + 1)), Signal(range(BLOCKS))
        at = fields(m, whole, place)
        how, down, step, over, ends = at["how"], at["down"], Signal(), Signal(), Signal()
        offers = running & is_one_of(how, OFFERS)
        learned = Signal(range(WARM + 1))
        m.d.comb += [
            self.counts.valid.eq(offers),
            step.eq(running & (~offers | self.counts.ready)),
            over.eq(step & (~at["walks"] | (position == at["last"]))),
            ends.eq((place == loaded_at - 1) | (place == learned_at - 1)),
            self.loaded.eq(over & (place == loaded_at - 1)),
            self.told.eq(over & (place == told_at - 1)),
            self.free.eq(~running),
        ]
        with m.If(running):
            with m.If(over):
                m.d.sync += [position.eq(at["onward"]), place.eq(place + 1), running.eq(~ends)]
            with m.Elif(step):
                m.d.sync += position.eq(position + 1)
        with m.Elif(self.load | self.tell):
            m.d.sync += [running.eq(1), place.eq(Mux(self.load, 0, Mux(learned == 0, loaded_at, begun_at)))]

        # The interval before the beat; for the first one that after it stands for it.
        previous = Signal(INTERVAL)
        m.d.comb += self.previous.eq(previous)
        with m.If(self.take):
            m.d.sync += previous.eq(Mux(self.follows, self.interval, LONGEST))

        # Whether the beat teaches.
        regular, strange, warm, learns = (Signal(name=name) for name in ("regular", "strange", "warm", "learns"))
        allowed, shift = Signal(), Signal(3)
        usually = Mux(strange & (down == Down.TEMPLATE), SLOW, NORMAL)
        m.d.comb += [
            warm.eq(learned != WARM),
            learns.eq(warm | (regular & ~strange)),
            allowed.eq(Array([1, warm | regular, ~learns])[at["when"]]),
            shift.eq(Mux(down[3], Mux(warm, FAST, usually), down[:3])),
        ]

        # Operands: blocks while it walks, numbers otherwise.
        before = Signal(signed(BLOCK_BITS), reset_less=True)
        level = Signal(SUM_BITS, reset_less=True)
        change = Signal(arithmetic.SUM_BITS - 1, reset_less=True)
        loaded = Signal(signed(BLOCK_BITS))
        block, taught, usual = shape.word.as_signed(), template.word.as_signed(), words.aligned >> ALIGNED
        left_blocks = {A.SHAPE: block, A.TEMPLATE: taught >> FRACTION, A.LOADED: loaded}
        right_blocks = {B.SHAPE: block, B.TEMPLATE: taught >> FRACTION, B.BEFORE: before}
        before_it = Mux(learned == 0, self.following, previous) * BLOCK
        left_numbers = {A.SUM: summing.total, A.PREVIOUS: before_it, A.FOLLOWING: self.following * BLOCK}
        left_numbers |= {A.CHANGE: change, A.USUAL: usual, A.TWICE: usual << 1}
        right_numbers = {B.USUAL: usual, B.LESS_16: -16, B.LESS_32: -32}
        m.d.comb += [
            loaded.eq(self.sum - level),
            blocks.left.eq(_chosen(at["a"], left_blocks)),
            blocks.right.eq(_chosen(at["b"], right_blocks)),
            numbers.left.eq(_chosen(at["a"], left_numbers)),
            numbers.right.eq(_chosen(at["b"], right_numbers)),
        ]
        m.d.comb += [each.size.eq(down == Down.SIZE) for each in (blocks, numbers)]
        number = Signal.like(numbers.value)
        m.d.comb += [
            number.eq(Mux(at["walks"], blocks.value, numbers.value >> Mux(down == Down.SIZE, 0, down[:2]))),
            summing.how.eq(how),
            summing.number.eq(number),
            summing.step.eq(step),
            summing.allowed.eq(allowed),
            offering.how.eq(how),
            offering.word.eq(at["word"]),
            offering.offset.eq(at["offset"]),
            offering.finer.eq(at["finer"]),
            offering.number.eq(number),
            offering.step.eq(step),
            offering.negative.eq(numbers.negative),
            offering.none.eq(numbers.value == 0),
            offering.more.eq(step & (how == How.COUNT) & summing.less),
            self.counts.payload.eq(offering.count),
        ]

        # What is kept.
        with m.If(step):
            with m.Switch(how):
                with m.Case(How.REGULAR):
                    m.d.sync += regular.eq(summing.less)
                with m.Case(How.STILL):
                    m.d.sync += regular.eq(regular & summing.less)
                with m.Case(How.STRANGE):
                    m.d.sync += strange.eq(~summing.less)
                with m.Case(How.LEVEL):
                    m.d.sync += level.eq(number)
                with m.Case(How.CHANGE):
                    m.d.sync += change.eq(number)
                with m.Case(How.LEARNED):
                    m.d.sync += learned.eq(learned + (warm & learns))
            with m.If(at["keep"]):
                m.d.sync += before.eq(Mux(at["walks"], blocks.left, numbers.left))
        with m.If(self.start):
            m.d.sync += learned.eq(0)

        reads_template = (at["a"] == A.TEMPLATE) | (at["b"] == B.TEMPLATE) | (how == How.LEAD)
        m.d.comb += [
            self.read.eq(running & (at["a"] == A.LOADED)),
            self.at.eq(position),
            shape.at.eq(position),
            shape.put.eq(step & at["load"]),
            shape.put_at.eq(position),
            shape.entering.eq(loaded),
            template.at.eq(Mux(reads_template, position, 0)),
            template.put.eq(step & is_one_of(how, (How.TEACH, How.LEAD)) & allowed),
            template.put_at.eq(position),
            template.entering.eq(teacher.moved),
            teacher.on.eq(is_one_of(how, (How.TEACH, How.LEAD))),
            teacher.anew.eq(how == How.TEACH),
            teacher.state.eq(taught),
            teacher.value.eq(block),
            teacher.shift.eq(shift),
            words.at.eq(at["word"]),
            words.put.eq(step & is_one_of(how, (How.PUT, How.MOVE)) & allowed),
            words.entering.eq(mover.moved),
            mover.on.eq(is_one_of(how, (How.PUT, How.MOVE))),
            mover.anew.eq(how == How.PUT),
            mover.state.eq(words.aligned),
            mover.value.eq(numbers.left),
            mover.shift.eq(shift),
        ]
        return m


def _chosen(which: Value, values: Mapping[Any, Value | int]) -> Value:
    """Of the values that which it is; 0 if it is none of them."""
    return reduce(lambda other, each: Mux(which == each[0], each[1], other), values.items(), Const(0, 1))
