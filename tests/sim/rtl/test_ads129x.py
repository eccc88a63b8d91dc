"""A monitor behind a chain of ADS129x under cocotb: beats, a lead that is off, a frame that is none, a slow clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.host.ads129x import DROPPED, Ads129x
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.gates.run.converting import RATE, numbers
from sparrow_ecg.sim.rtl.ads129x import Chain, verify

NETWORK = replace(
    random_network(np.random.default_rng(3), (6, 4, 4), steps=7, weight_bits=3, input_bits=3),
    encoding=Encoding(before=16, block=8, blocks=4, input_bits=3, features=("range", "previous")),
    classes=tuple("NSVF"),
)
ADAPTER = Ads129x(off=1 << 12)


@pytest.fixture(scope="module")
def monitor() -> Ads129xMonitor:
    return Ads129xMonitor(NETWORK, Mac(0), RATE, ADAPTER)


def frames(seconds: float) -> np.ndarray:
    samples = numbers(generate("a", seconds=seconds, seed=1).codes, ADAPTER, 0)
    off = np.zeros(len(samples), bool)
    off[-150:-40] = True  # long enough to be told
    return Chain(devices=2, channels=1).frames(samples, ADAPTER, off)


def test_every_beat_is_the_golden_models(monitor):
    words = frames(3.5)
    words[[20, 500], 0] ^= 1 << 22  # these do not begin as they must
    found = verify(monitor, words)
    assert found["frames"] == len(words)
    assert found["dropped"] == 2
    assert found["beats"] >= 3


def test_beats_of_other_samples_are_seen(monitor, monkeypatch):
    """What the golden models are given has its sign turned: they have other counts."""
    taken = Ads129x.compute

    def turned(self, words):
        codes = taken(self, words)
        return np.where(codes == DROPPED, codes, -codes)

    monkeypatch.setattr(Ads129x, "compute", turned)
    with pytest.raises(VerificationError, match=r"[1-9]\d* of \d+ beats differ"):
        verify(monitor, frames(3.5))


def test_a_clock_that_is_too_slow_is_seen(monitor):
    with pytest.raises(VerificationError, match=r"'broken': [1-9]"):
        verify(monitor, frames(3)[:20], clock_hz=24_000)
