"""Beats that are sought do what is sought."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.abused import TOP
from sparrow_ecg.sim.mutation.sessions import shapes

NETWORK = Network.load("watch")
FRONT = FrontEnd.of(NETWORK)


def trace(codes: np.ndarray) -> golden.Trace:
    assert codes.min() > 0
    assert codes.max() < TOP
    heard = FRONT.run(codes)
    return golden.run(NETWORK, heard.counts[heard.judged], "ssf")


@pytest.mark.parametrize("fires", [True, False], ids=["all", "none"])
def test_all_neurons_fire_or_none(fires):
    fired = (trace(shapes.firing(FRONT, NETWORK, fires, 1)).counts[1] > 0).sum(axis=1)
    assert (NETWORK.shape[1] if fires else 0) in fired


def test_two_outputs_are_close():
    apart, silent, layer = 20, 3, NETWORK.layers[0]
    assert layer.firing
    for codes in shapes.close(FRONT, NETWORK, "ssf", 2, 2, silent, apart):
        found = trace(codes)
        top = np.sort(found.outputs, axis=1)
        nearly = found.potentials[0] >= (1 << layer.firing.threshold_log2) - apart
        assert ((top[:, -1] - top[:, -2] <= apart) & (nearly.sum(axis=1) >= NETWORK.shape[1] - silent)).any()


def test_shapes_that_are_drawn_make_different_beats():
    found = trace(shapes.drawn(FRONT, 5, 1))
    assert len(np.unique(found.counts[0], axis=0)) >= 20


def test_the_class_hangs_on_the_highest_sum():
    """With a highest sum of three less it is another, in one beat at least."""
    coding = FRONT.encoding
    for codes in shapes.ranged(FRONT, NETWORK, "ssf", 2, 1):
        heard = FRONT.run(codes)
        first = heard.peak[heard.judged] - coding.before
        windows = codes[first[:, None] + np.arange(coding.before + coding.after)]
        sums = windows.reshape(len(windows), coding.blocks, coding.block).sum(axis=2)
        classes = []
        for less in range(4):
            args = coding, NETWORK, "ssf", sums, sums.max(axis=1) - less, heard.rhythm[heard.judged]
            classes.append(shapes._classes(*args))
        assert (classes[0] == trace(codes).classes).all()
        assert (np.array(classes[1:]) != classes[0]).any()
