"""Energy of pictures by formula: what the RTL counts is what is predicted, and zeros cost nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network import Convolution
from sparrow_ecg.model.network.drawn import random_beats
from sparrow_ecg.sim.energy import operations
from sparrow_ecg.sim.report.pictures import priced
from tests.support.convolving import build


def test_operations_of_the_rtl_are_priced() -> None:
    network = build().network
    counts = random_beats(np.random.default_rng(1), network, 3)[:2]
    counts[1] = 0
    found = priced(build(), counts)
    first, layer = found["operations"]["layers"][0], network.layers[0]
    assert isinstance(layer, Convolution)
    assert first["bias_reads"] == 2 * layer.neurons
    assert first["compares"] == 2 * (layer.neurons + layer.outputs)
    assert first["adds"] == first["weight_reads"] + 2 * layer.neurons
    assert first["activation_writes"] == np.count_nonzero(counts)
    # a count in the middle of the map is seen by 9 windows, of 4 channels in two groups
    seen = np.pad(np.ones((6, 6)), 1)
    windows = sum(np.roll(seen, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1))[1:8, 1:7]
    busy = (counts.reshape(2, 7, 6, 2) != 0).sum(axis=(0, 3))
    assert first["weight_reads"] == 4 * int((windows * busy).sum())
    assert first["activation_reads"] == 2 * int((windows * busy).sum())
    for technology, architectures in found["energy_nj"]["not_zero"].items():
        for architecture, nanojoules in architectures.items():
            assert 0 < nanojoules < found["energy_nj"]["dense"][technology][architecture]


def test_another_count_is_not_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    real = operations.predict
    monkeypatch.setattr(
        "sparrow_ecg.sim.report.pictures.predict", lambda *given, lanes, **more: real(*given, lanes=lanes + 1, **more)
    )
    counts = random_beats(np.random.default_rng(1), build().network, 2)
    with pytest.raises(VerificationError, match="are not those predicted: layer 0 activation_reads"):
        priced(build(), counts)
