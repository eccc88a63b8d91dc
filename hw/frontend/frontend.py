"""From samples to a network's counts, and to the beats that are told. Twin of `model/frontend/frontend.py`.

A sample takes a cycle; each fourth ends a block, which takes three more: it is stored and measured, its bend is taken,
the detector and what follows from it. Then, for a beat, the shape of its window is encoded, or it is told.
"""

from __future__ import annotations

from enum import IntEnum

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend import coders
from sparrow_ecg.hw.frontend.conveyor import BEND_BITS, SUM_BITS
from sparrow_ecg.hw.frontend.detector import Detector
from sparrow_ecg.hw.frontend.quality import Quality
from sparrow_ecg.hw.frontend.rhythm import INTERVAL
from sparrow_ecg.hw.frontend.ticker import Ticker
from sparrow_ecg.model.frontend.blocks import BLOCK, LAG, TAPS
from sparrow_ecg.model.frontend.detector import LONGEST
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION

TIME_BITS = 24  # blocks are counted round: 52 hours

BEAT = data.StructLayout(
    {
        "peak": unsigned(TIME_BITS),  # the block that begins at the R peak
        "previous": INTERVAL,  # blocks since the R peak before; the longest if there was none for so long
        "judged": 1,  # whether its counts are complete; otherwise it may not be classified
    }
)


class Step(IntEnum):
    """What is done with a block, one after the other."""

    WAIT = 0  # for its last tick
    MEASURE = 1  # its bend and its quality
    DETECT = 2
    ACT = 3
    SHAPE = 4
    COUNT = 5  # the beat that waits: its rhythm
    TELL = 6
    END = 7  # what follows from why it was told


class FrontEndRtl(wiring.Component):
    """samples: codes of 11 bits. counts: of a network, in its order. restart: the network forgets the counts it took.
    beats:   each beat, after its last count; with ``judged`` low, without one that counts.
    off:     whether the lead is off. block: how many there were. busy: whether there is work without a sample.
    """

    def __init__(self, front: FrontEnd):
        self.front = front
        super().__init__(
            {
                "samples": In(stream.Signature(RESOLUTION)),
                "counts": Out(stream.Signature(front.encoding.input_bits)),
                "restart": Out(1),
                "beats": Out(stream.Signature(BEAT)),
                "off": Out(1),
                "block": Out(TIME_BITS),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform) -> Module:
        m = Module()
        front = self.front
        m.submodules.ticker = ticker = Ticker(front.ticks)
        m.submodules.conveyor = conveyor = coders.sums(front)
        m.submodules.quality = quality = Quality()
        m.submodules.detector = detector = Detector()
        wiring.connect(m, wiring.flipped(self.samples), ticker.samples)

        step = Signal(Step)
        at = {each: Signal(name=f"at_{each.name.lower()}") for each in Step}
        m.d.comb += [signal.eq(step == each) for each, signal in at.items()]

        # Ticks become blocks, while the block before is worked on.
        code = ticker.codes.payload
        total = Signal(SUM_BITS)
        taken = Signal(range(BLOCK))
        ended = Signal()
        extreme = Signal()
        touched = Signal()
        bad = Signal()
        m.d.comb += [
            ended.eq(taken == BLOCK - 1),
            ticker.codes.ready.eq(~ended | at[Step.WAIT]),
            extreme.eq((code == 0) | code.all()),
            conveyor.sum.eq(total + code),
            conveyor.push.eq(ticker.codes.valid & ended & at[Step.WAIT]),
        ]
        with m.If(ticker.codes.valid & ticker.codes.ready):
            m.d.sync += [
                taken.eq(taken + 1),
                total.eq(Mux(ended, 0, total + code)),
                touched.eq(~ended & (touched | extreme)),
            ]
        block = self.block
        since = Signal(range(front.depth + 1))
        bend = Signal(BEND_BITS, reset_less=True)
        with m.If(conveyor.push):
            m.d.sync += [
                bad.eq(touched | extreme | (conveyor.sum == conveyor.newest)),
                block.eq(block + 1),
                step.eq(Step.MEASURE),
            ]

        # A beat is known, and waits to be told; its shape may have been encoded meanwhile.
        waiting = Signal()
        shaped = Signal()
        lost_lead = Signal()
        found = Signal()
        follows = Signal()
        interval = Signal(INTERVAL, reset_less=True)
        told_age = Signal(INTERVAL, reset_less=True)
        m.d.comb += [
            quality.push.eq(at[Step.MEASURE]),
            quality.bad.eq(bad),
            self.off.eq(quality.off),
            detector.push.eq(at[Step.DETECT]),
            detector.bend.eq(bend),
        ]
        with m.If(at[Step.MEASURE]):
            m.d.sync += [
                bend.eq(Mux(since >= TAPS - 1, conveyor.bend, 0)),
                told_age.eq(detector.age + 1),
                lost_lead.eq(quality.off),
                step.eq(Mux(quality.off, Mux(waiting, Step.TELL, Step.END), Step.DETECT)),
            ]
            with m.If(quality.off):
                m.d.sync += [found.eq(0), shaped.eq(0)]
            with m.Elif(since != front.depth):
                m.d.sync += since.eq(since + 1)
        with m.If(at[Step.DETECT]):
            m.d.sync += [
                found.eq(detector.found),
                follows.eq(detector.known),
                interval.eq(detector.interval),
                step.eq(Step.ACT),
            ]

        with m.If(at[Step.ACT]):
            with m.If(found | detector.lost):
                m.d.sync += step.eq(Mux(waiting, Mux(shaped, Step.COUNT, Step.TELL), Step.END))
            with m.Elif(waiting & (detector.age == front.wait) & (since == front.depth)):
                m.d.sync += step.eq(Step.SHAPE)
            with m.Else():
                m.d.sync += step.eq(Step.WAIT)

        following = Mux(found & follows, interval, LONGEST)
        asked = coders.Asked(at[Step.SHAPE], at[Step.COUNT], interval, follows, following, self.counts)
        coder = coders.coder(m, front, conveyor, asked)
        with m.If(coder.shaped):
            m.d.sync += [step.eq(Step.WAIT), shaped.eq(1)]
        with m.If(coder.counted):
            m.d.sync += step.eq(Step.TELL)

        m.d.comb += [
            self.beats.valid.eq(at[Step.TELL] if coder.free is None else at[Step.TELL] & coder.free),
            self.beats.payload.peak.eq(block - told_age - (LAG + 1)),
            self.beats.payload.previous.eq(coder.previous),
            self.beats.payload.judged.eq(shaped),
        ]
        with m.If((at[Step.TELL] if coder.free is None else self.beats.valid) & self.beats.ready):
            m.d.sync += step.eq(Step.END)

        with m.If(at[Step.END]):
            m.d.sync += [waiting.eq(found), shaped.eq(0), step.eq(Step.WAIT)]
            m.d.comb += [
                coder.take.eq(found),
                coder.start.eq(lost_lead),
                detector.start.eq(lost_lead),
                detector.doubt.eq(~lost_lead & ~found),
                self.restart.eq(lost_lead),
            ]
            with m.If(lost_lead):
                m.d.sync += since.eq(0)
        m.d.comb += self.busy.eq(~at[Step.WAIT])
        return m
