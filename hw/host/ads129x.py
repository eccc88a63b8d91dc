"""Samples from an ADS129x (Texas Instruments), for the sample port of a monitor chip: it reads what the converter
sends by itself (RDATAC), brings it to the chip's codes, and tells a lead that is off as the chip is told.

A frame of these converters: DRDY falls; then, a bit with each rising edge of sck, the highest first, 24 bits of status,
which begin with 1100, and 24 bits for each channel, two's complement; of a daisy chain the next device's follow, its
status first. What is behind the channel that is wanted is left unread.
"""

from __future__ import annotations

import numpy as np
from amaranth.hdl import Cat, Const, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION

WORD = 24  # bits of status, and of each channel
BEGIN = 0b1100  # the highest bits of status
AROUND = 4  # cycles of a frame besides: DRDY is seen, twice, and the frame begins
MIDDLE, HIGHEST = 1 << RESOLUTION - 1, (1 << RESOLUTION) - 1  # codes: of 0 mV, and of the converter's end
DROPPED = -1
SLOW = 9  # log2 of the samples in which the mean follows: electrodes are some 100 mV apart, a code is 5 uV


class Ads129x(wiring.Component):
    """drdy_n, sck, dout: of the converter, SPI mode 1; its cs_n is low for ever. sck is half of the clock, to which
    drdy_n needs no relation.
    sample, sample_valid: of the monitor chip; their clock is the same.
    wrong:  a frame did not begin as it must, and was dropped.
    clock_request: the clock is needed; it may stand still while this is low. An edge of DRDY raises it at once.

    word:  in the frame, that is taken: 1 is the first channel of the first device, 0 its status.
    off:   bits of the first device's status that say that a lead is off: the code is 0 then, the converter's end,
           which the chip takes for a lead that is off after 0.36 s.
    shift: bits that are dropped: 7 at a gain of 8, 6 at 4 give 218 codes per mV with the reference of 2.4 V.

    A frame takes 48 cycles for each word, up to the one that is taken, and `AROUND`: at 32.768 kHz the first channel
    can be read 327 times a second. Raises InputError for a word or a shift that cannot be.
    """

    def __init__(self, word: int = 1, off: int = 0, shift: int = 7):
        if word < 1 or not 0 <= shift <= WORD - RESOLUTION or off >> WORD:
            raise InputError(f"word {word}, off {off:#x}, shift {shift}: the first is 1, status has {WORD} bits")
        self.word, self.off, self.shift = word, off, shift
        super().__init__(
            {
                "drdy_n": In(1, init=1),
                "sck": Out(1),
                "dout": In(1),
                "sample": Out(RESOLUTION),
                "sample_valid": Out(1),
                "wrong": Out(1),
                "clock_request": Out(1),
            }
        )

    @property
    def cycles(self) -> int:
        """From the fall of DRDY until the next one may be seen: of a frame that begins as it must."""
        return 2 * WORD * (self.word + 1) + AROUND

    def compute(self, words: np.ndarray) -> np.ndarray:
        """Codes of frames that come one after the other, int64[frames, words]: int64[frames], `DROPPED` for one that
        does not begin as it must.
        """
        codes, mean = np.full(len(words), DROPPED, np.int64), None
        for k, (status, value) in enumerate(words[:, [0, self.word]].tolist()):
            if (status >> WORD - 4) & 15 != BEGIN:
                continue
            now = 0 if mean is None else value - (mean >> SLOW)
            codes[k] = np.clip((now >> self.shift) + MIDDLE, 0, HIGHEST)
            mean = value << SLOW if mean is None else mean + now
            if status & self.off:
                codes[k], mean = 0, None
        return codes

    def elaborate(self, platform) -> Module:
        m = Module()
        # DRDY, two flip-flops later. While it is not yet seen as it is, the clock has to run.
        early, ready_n = Signal(init=1), Signal(init=1)
        m.d.sync += [early.eq(self.drdy_n), ready_n.eq(early)]
        working = Signal()
        m.d.comb += self.clock_request.eq(working | (self.drdy_n != early) | (early != ready_n))

        shifted = Signal(WORD, reset_less=True)
        bit = Signal(range(WORD))
        word = Signal(range(self.word + 2))
        off = Signal(reset_less=True)
        known = Signal()  # the mean is that of something
        mean = Signal(signed(WORD + SLOW), reset_less=True)

        incoming = Signal(signed(WORD))
        now = Signal(signed(WORD + 1))
        m.d.comb += [
            incoming.eq(shifted),
            now.eq(Mux(known, incoming - (mean >> SLOW), 0)),
            self.sample.eq(_clamped(m, (now >> self.shift) + MIDDLE)),
        ]
        with m.If(off):
            m.d.comb += self.sample.eq(0)
        with m.FSM():
            with m.State("IDLE"), m.If(~ready_n):
                m.d.comb += working.eq(1)
                m.d.sync += [bit.eq(0), word.eq(0), self.sck.eq(1)]
                m.next = "READ"
            with m.State("READ"):
                m.d.comb += working.eq(1)
                m.d.sync += self.sck.eq(~self.sck)
                with m.If(self.sck):  # it falls, and what it brought when it rose is taken
                    m.d.sync += [shifted.eq(Cat(self.dout, shifted)), bit.eq(bit + 1)]
                    with m.If(bit == WORD - 1):
                        m.d.sync += [bit.eq(0), word.eq(word + 1)]
                        m.next = "WHOLE"
            with m.State("WHOLE"):
                m.d.comb += working.eq(1)
                m.d.sync += self.sck.eq(1)
                m.next = "READ"
                with m.If(word == 1):
                    m.d.sync += off.eq((shifted & Const(self.off, WORD)).any())
                    with m.If(shifted[-4:] != BEGIN):
                        m.d.comb += self.wrong.eq(1)
                        m.d.sync += self.sck.eq(0)
                        m.next = "READY"
                with m.If(word == self.word + 1):
                    m.d.comb += self.sample_valid.eq(1)
                    m.d.sync += [self.sck.eq(0), known.eq(~off)]
                    m.d.sync += mean.eq(Mux(known, mean + now, incoming << SLOW))
                    m.next = "READY"
            with m.State("READY"), m.If(ready_n):  # a DRDY that stays low begins nothing
                m.d.comb += working.eq(1)
                m.next = "IDLE"
        return m


def _clamped(m: Module, value):
    wide = Signal(signed(len(value)))
    m.d.comb += wide.eq(value)
    return Mux(wide < 0, 0, Mux(wide > HIGHEST, HIGHEST, wide[:RESOLUTION]))
