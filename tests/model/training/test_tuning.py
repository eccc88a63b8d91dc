"""Tuning learns in the integers that the golden model computes, and leaves the geometry as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="tuning needs torch")

from sparrow_ecg.model.network import golden  # noqa: E402
from sparrow_ecg.model.network.drawn import random_beats, random_network  # noqa: E402
from sparrow_ecg.model.training.tuning import (  # noqa: E402
    Tuning,
    tunable,
    tune,
)


@pytest.fixture
def network():
    return random_network(np.random.default_rng(0), (12, 8, 4), steps=7, weight_bits=5, input_bits=4)


def test_forward_is_the_golden_model(network):
    counts = random_beats(np.random.default_rng(1), network, 200)
    model = tunable(network)
    assert replace(network, layers=model.dense()).digest == network.digest
    assert np.array_equal(model(torch.tensor(counts).float()).detach().numpy(), golden.run(network, counts).outputs)


def test_learns_a_patient(network):
    rng = np.random.default_rng(2)
    counts = random_beats(rng, network, 400)
    labels = np.argmax(counts[:, :4], axis=1)
    tuned = tune(network, "tuned", (counts, labels), (counts[:10], labels[:10]), Tuning(epochs=30))
    before, after = (float((golden.run(each, counts).classes == labels).mean()) for each in (network, tuned))
    assert after > before + 0.2
    assert (tuned.shape, tuned.steps, tuned.weight_bits) == (network.shape, network.steps, network.weight_bits)
    again = tune(network, "tuned", (counts, labels), (counts[:10], labels[:10]), Tuning(epochs=30))
    assert again.digest == tuned.digest
