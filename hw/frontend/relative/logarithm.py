"""Logarithms: a priority encoder and a shifter. Twin of `model/signals/ecg/relative/logarithm.py`."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.model.signals.ecg.relative.logarithm import FRACTION


class Logarithm(wiring.Component):
    """``log``: that of ``value``, 0 of 0."""

    def __init__(self, bits: int):
        super().__init__({"value": In(bits), "log": Out(FRACTION + (bits - 1).bit_length())})

    def elaborate(self, platform) -> Module:
        m = Module()
        value = self.value
        for highest in reversed(range(len(value))):
            below = value[max(0, highest - FRACTION) : highest]
            filled = Cat(Const(0, FRACTION - len(below)), below)
            with m.If(value[highest]) if highest == len(value) - 1 else m.Elif(value[highest]):
                m.d.comb += self.log.eq(Cat(filled, Const(highest, len(self.log) - FRACTION)))
        return m
