"""What is kept of the patient, but for the template: words of a length each, in one reckoning."""

from __future__ import annotations

from amaranth.hdl import Array, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.frontend.relative.instruction import ALIGNED, Word

BITS = max(word.bits - word.fraction for word in Word)


class Words(wiring.Component):
    """``aligned``: the word that ``at`` names, with `ALIGNED` bits after the point. ``put``: it becomes ``entering``,
    of which only its own fraction is kept.
    """

    def __init__(self) -> None:
        bits = BITS + ALIGNED
        super().__init__({"at": In(Word), "aligned": Out(bits), "put": In(1), "entering": In(bits)})

    def elaborate(self, platform) -> Module:
        m = Module()
        shown = []
        for word in Word:
            kept = Signal(word.bits, name=word.name.lower(), reset_less=True)
            with m.If(self.put & (self.at == word)):
                m.d.sync += kept.eq(self.entering >> (ALIGNED - word.fraction))
            shown.append(kept << (ALIGNED - word.fraction))
        m.d.comb += self.aligned.eq(Array(shown)[self.at])
        return m
