"""Networks for counts that are no heartbeats: they learn, and are the same again with a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
from sparrow_ecg.model.network import from_json, golden
from sparrow_ecg.model.training import counts

SMALL = replace(counts.EEG, epochs=(4, 4), batch=16)


def test_a_network_learns_and_is_the_same_again() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 200)
    inputs = rng.integers(0, 8, (200, 1024)) + 7 * labels[:, None] * (np.arange(1024) % 4 == 0)
    first, again, other = (counts.fit("small", SMALL, inputs, labels, ("a", "b"), seed) for seed in (0, 0, 1))
    assert first.digest == again.digest != other.digest
    assert first.shape == (1024, 24, 8, 2)
    assert (golden.run(first, inputs).classes == labels).mean() > 0.95
    assert from_json(first.text()).digest == first.digest
    sparse = np.count_nonzero(first.layers[0].weights) / first.layers[0].weights.size
    assert sparse <= 1 - SMALL.sparsity + 1e-3
