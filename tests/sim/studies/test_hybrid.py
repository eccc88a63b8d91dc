"""Rate-coded first layers: under SSF the same, under IF step by step; what a spike costs, counted by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.studies.hybrid import STEPS, STYLES, Pair, measure, pairs, rate_coded
from tests.support.networks import SEEDS


def drawn(seed: int, bits: int) -> tuple[Network, np.ndarray]:
    rng = np.random.default_rng(seed)
    network = random_network(rng, (6, 5, 3), steps=2**bits - 1, input_bits=bits)
    return network, random_beats(rng, network, 8)


@given(SEEDS, st.integers(1, 4))
def test_under_ssf_nothing_changes(seed: int, bits: int) -> None:
    network, beats = drawn(seed, bits)
    assert np.array_equal(golden.run(rate_coded(network), beats).outputs, golden.run(network, beats).outputs)


@given(SEEDS, st.integers(1, 4))
def test_under_if_spikes_come_evenly_and_weights_follow_them(seed: int, bits: int) -> None:
    network, beats = drawn(seed, bits)
    trace = golden.run(rate_coded(network), beats, "if")
    steps, first = network.steps, network.layers[0]
    assert np.array_equal(trace.counts[1], beats)
    assert first.firing
    for beat, counts in enumerate(beats):
        potential, fired = first.biases.copy(), 0
        for step in range(1, steps + 1):
            spikes = counts * step // steps - counts * (step - 1) // steps
            assert np.array_equal(trace.trains[0][step - 1, beat], spikes)
            potential += first.weights @ spikes
            spiking = potential >= 1 << first.firing.threshold_log2
            potential -= spiking << first.firing.threshold_log2
            fired += spiking
        assert np.array_equal(trace.counts[2][beat], fired)


def test_more_levels_than_counts_are_refused() -> None:
    network = random_network(np.random.default_rng(0), (6, 5, 3), steps=7, input_bits=4)
    with pytest.raises(InputError, match="4 bits have more levels than 7 steps have counts"):
        rate_coded(network)


def test_a_recipe_of_each_window() -> None:
    every = list(pairs(2))
    assert len(every) == 2 * len(STEPS)
    bits = {pair.steps: pair.variants["rate"].recipe.encoding.input_bits for pair in every}
    assert bits == {1: 1, 3: 2, 7: 3, 15: 4}
    assert {pair.variants["hybrid"].recipe.encoding.input_bits for pair in every} == {4}


def test_what_is_measured() -> None:
    hybrid = random_network(np.random.default_rng(1), (6, 5, 3), steps=7, input_bits=4)
    rate = random_network(np.random.default_rng(2), (6, 5, 3), steps=7, input_bits=3)
    networks = {"hybrid": hybrid, "rate": rate}
    hearts: dict[str, Any] = {}
    for name, network in networks.items():
        counts = random_beats(np.random.default_rng(3), network, 10)
        labels = golden.run(network, counts).classes
        hearts[name] = SimpleNamespace(counts=counts, beats=SimpleNamespace(label=labels))
    found = measure(Pair(7, 0), networks, hearts)["styles"]
    assert list(found) == list(STYLES)
    right = {style: each["accuracy"] for style, each in found.items()}
    assert right["hybrid, SSF"] == right["hybrid, IF"] == right["rate-coded, SSF"] == 1
    ones, spikes = ((f(hearts["rate"].counts)).sum() / 10 for f in (lambda c: c != 0, lambda c: c))
    behind = golden.run(rate_coded(rate), hearts["rate"].counts, "if").counts[2]
    assert found["rate-coded, IF"]["weight_reads"] == pytest.approx(5 * spikes + 3 * behind.sum() / 10)
    assert found["rate-coded, SSF"]["weight_reads"] >= 5 * ones
    for each in found.values():
        assert all(0 < each["first_pj"][table] < each["pj"][table] for table in each["pj"])
