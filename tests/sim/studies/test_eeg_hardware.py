"""The RTL's answers on segments: what differs from the golden model is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.rtl.engine import Result
from sparrow_ecg.sim.studies import eeg_hardware
from sparrow_ecg.sim.studies.eeg_hardware import through_rtl


@pytest.mark.parametrize("broken", ["", "classes", "potentials", "cycles"])
def test_what_differs_is_counted(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    network = random_network(rng, (12, 5, 2))
    inputs = random_beats(rng, network, 20)

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
    ran = through_rtl(network.text(), inputs)
    assert ran["segments"] == 20
    assert ran["mismatched_segments"] == (2 if broken in ("classes", "potentials") else 0)
    assert ran["mismatched_cycles"] == (2 if broken == "cycles" else 0)
