"""Pulses are as high as is said, and held against what is said."""

from __future__ import annotations

from sparrow_ecg.model.frontend.blocks import bends, sums
from sparrow_ecg.model.frontend.detector import Detector, five_eighths
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.abused import TOP
from sparrow_ecg.sim.mutation.sessions import pulses

FRONT = FrontEnd.of(Network.load("watch"))


def test_no_bend_is_higher_than_wanted():
    high, low = (int(bends(sums(pulses.critical(FRONT, 20, 5, **most))).max()) for most in ({}, {"highest": 1000}))
    assert low <= 1000 < high


def test_what_is_looked_back_for_is_high_and_nearly_not_enough(monkeypatch):
    codes = pulses.overdue(FRONT, 4, 1)
    assert codes.max() < TOP
    asked = []
    looks = Detector._look_back

    def look_back(self):
        usual = self.usual >> 3
        if self.known and self.held and self.age > usual + five_eighths(usual):
            asked.append((self.held, five_eighths(self.threshold)))
        return looks(self)

    monkeypatch.setattr(Detector, "_look_back", look_back)
    FRONT.run(codes)
    assert any(needed >= 8192 and abs(held - needed) <= 4 for held, needed in asked), asked
