"""A netlist of a monitor behind an ADS129x: what it tells of what the converter sends."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.hw.host.ads129x import Ads129x
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.gates.energy import monitoring
from sparrow_ecg.sim.gates.energy.monitoring import Stretches
from sparrow_ecg.sim.gates.run.converting import RATE, frames, numbers
from tests.sim.gates.run.test_monitorsim import designed
from tests.support.cells import libraries

ADAPTER = Ads129x()


def test_what_the_converter_says_becomes_the_record_again():
    """But for the mean, which is taken away, and what lies between two rates."""
    codes = generate("a", 20, 1).codes
    found = ADAPTER.compute(frames(numbers(codes, ADAPTER, 1), ADAPTER))
    expected = np.interp(np.arange(len(found)) * 360 / RATE, np.arange(len(codes)), codes)
    assert np.corrcoef(found[RATE:], expected[RATE:])[0, 1] > 0.95
    assert abs(found[5 * RATE :].mean() - 1024) < 10


@libraries("sky130")
def test_the_netlist_tells_what_the_models_hear(library):
    design = designed(library, "monitor_ads129x", rate=RATE)
    played = [numbers(generate("a", 3, seed).codes, ADAPTER, seed)[: round(2.5 * RATE)] for seed in range(64)]
    drawn = Stretches(np.stack(played), ())
    told, wrong = monitoring.check(design, drawn, design.monitor.run(drawn.codes))
    assert told >= 32
    assert wrong == 0
