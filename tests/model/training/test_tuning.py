"""Tuning learns in the integers that the golden model computes, and leaves the geometry as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="tuning needs torch")

from sparrow_ecg.model.network import golden  # noqa: E402
from sparrow_ecg.model.network.drawn import random_beats, random_network  # noqa: E402
from sparrow_ecg.model.training import tuning  # noqa: E402
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


def test_a_rare_class_is_drawn_more_often(network):
    """Ten beats of a class against 390, the same beat each: at a balance of 1 both classes are drawn as often."""
    counts = np.repeat(random_beats(np.random.default_rng(3), network, 2), (390, 10), axis=0)
    labels = np.repeat([1, 2], (390, 10))
    drawn, plain = [], tuning.functional.cross_entropy

    def watched(logits, labels):
        drawn.append(labels)
        return plain(logits, labels)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning.functional, "cross_entropy", watched)
        tune(network, "tuned", (counts, labels), (counts[:1], labels[:1]), Tuning(epochs=5, others=0.0, balance=1.0))
    share = float((torch.cat(drawn) == 2).float().mean())
    assert 0.45 < share < 0.55


def test_noise_on_counts_stays_in_their_range(network, monkeypatch):
    seen, plain = [], tuning.tunable

    def watched(network):
        model = plain(network)
        model.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
        return model

    monkeypatch.setattr(tuning, "tunable", watched)
    counts, labels = random_beats(np.random.default_rng(4), network, 100), np.arange(100) % 4
    own, other = ((counts, labels), (counts[:5], labels[:5]))
    quiet, noisy = (tune(network, "tuned", own, other, Tuning(epochs=2, noise=noise)) for noise in (0.0, 30.0))
    assert quiet.digest != noisy.digest
    assert (torch.cat(seen).min(), torch.cat(seen).max()) == (0, 15)
    assert quiet.digest == tune(network, "tuned", own, other, Tuning(epochs=2)).digest


def test_other_peoples_beats_are_of_every_record(monkeypatch):
    monkeypatch.setattr(tuning, "EACH", (4, 2, 1, 0))
    labels, records = np.tile([0, 0, 0, 1, 2, 3], 20), np.repeat(["a", "b"], 60)
    chosen = tuning.sampled(labels, records)
    assert len(set(chosen.tolist())) == len(chosen)
    for name in ("a", "b"):
        assert np.bincount(labels[chosen][records[chosen] == name], minlength=4).tolist() == [4, 2, 1, 0]
