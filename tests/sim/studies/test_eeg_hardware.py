"""The RTL's answers on segments: what differs from the golden model is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.images.pictures import Pictures
from sparrow_ecg.sim.rtl.engine import Result
from sparrow_ecg.sim.studies import eeg_hardware
from sparrow_ecg.sim.studies.eeg_hardware import through_rtl


def test_convolutions_are_told_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    network = random_network(np.random.default_rng(0), (6, 5, 2))
    wrong = {"mismatched_pictures": 2, "mismatched_cycles": 3}
    monkeypatch.setattr(eeg_hardware, "compare", lambda build, *_: {"pictures": 5, "cycles_per_picture": 7.5, **wrong})
    ran = eeg_hardware.convolutions_through_rtl(network.text(), Pictures(np.zeros((5, 1, 1, 6)), np.zeros(5), 2))
    assert (ran["segments"], ran["mismatched_segments"], ran["mismatched_cycles"]) == (5, 2, 3)
    assert ran["digest"] == network.digest


@pytest.mark.parametrize("broken", ["", "classes", "potentials", "cycles"])
def test_what_differs_is_counted(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    network = random_network(rng, (1024, 5, 2), input_bits=4)
    segments = Pictures(rng.integers(0, 256, (20, 1, 32, 32)).astype(np.uint8), np.zeros(20, np.int64), 2)

    class Simulated:
        def __init__(self, build: Any):
            self.build = build

        def run(self, counts: np.ndarray, progress: Any) -> Result:
            trace = self.build.golden(counts)
            found = {"classes": trace.classes, "potentials": trace.outputs, "cycles": self.build.cycles(trace)}
            found = {name: values.copy() for name, values in found.items()}
            if broken:
                found[broken][3:5] ^= 1
            return Result(**found, clocks=1)

    monkeypatch.setattr(eeg_hardware, "Engine", Simulated)
    ran = through_rtl(network.text(), segments)
    assert ran["segments"] == 20
    assert ran["mismatched_segments"] == (2 if broken in ("classes", "potentials") else 0)
    assert ran["mismatched_cycles"] == (2 if broken == "cycles" else 0)
