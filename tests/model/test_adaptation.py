"""Adaptation: integers, the network's own widths, the rule as plain Python has it, and a guard that holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.adaptation import Labelled, Rule, adapt, evenly, labelled, learned
from sparrow_ecg.model.network import Dense, Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network


@pytest.fixture
def network() -> Network:
    return random_network(np.random.default_rng(0), (12, 8, 4), steps=7, weight_bits=6, input_bits=4)


def beats_of(network: Network, seed: int, beats: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Counts, and as labels the network's own answers."""
    counts = random_beats(np.random.default_rng(seed), network, beats)
    return counts, golden.run(network, counts).classes


def shifted(labels: np.ndarray) -> np.ndarray:
    """A patient of whom beats that look like the most frequent class are of another."""
    usual = np.bincount(labels).argmax()
    return np.where(labels == usual, (usual + 1) % 4, labels)


def by_definition(network: Network, mine: Labelled, others: Labelled, rule: Rule) -> tuple[list, list]:
    """The rule in Python's integers, a beat and a weight at a time: weights and biases."""
    limit, known = 1 << (network.weight_bits - 1), [int(b) for layer in network.layers for b in layer.biases]
    own = network.layers[-1]
    points = [rule.fraction] * own.inputs + [rule.fraction - rule.bias]
    ranges = [(-limit, limit - 1)] * own.inputs + [(min(known), max(known))]
    start = [
        [value << point for value, point in zip([*row, bias], points, strict=True)]
        for row, bias in zip(own.weights.tolist(), own.biases.tolist(), strict=True)
    ]
    rows, total = start, [[0] * len(points) for _ in start]
    for step in range(1 << rule.passes):
        pulls = []
        for part in (mine, others):
            pull = [[0] * len(points) for _ in start]
            for counts, label in zip(part.counts.tolist(), part.labels.tolist(), strict=True):
                seen = [*counts, 1 << rule.bias]
                sums = [sum(w * n for w, n in zip(row, seen, strict=True)) for row in rows]
                rival = max((c for c in range(len(rows)) if c != label), key=lambda c: (sums[c], -c))
                if sums[label] - sums[rival] < 1 << (rule.margin + rule.fraction):
                    pull[label] = [a + n for a, n in zip(pull[label], seen, strict=True)]
                    pull[rival] = [a - n for a, n in zip(pull[rival], seen, strict=True)]
            pulls.append(pull)
        rows = [
            [
                min(
                    max(w + pulls[0][c][j] + (pulls[1][c][j] >> rule.others) + ((start[c][j] - w) >> rule.back), low),
                    high,
                )
                for j, (w, (low, high)) in enumerate(
                    zip(row, [(a << p, b << p) for (a, b), p in zip(ranges, points, strict=True)], strict=True)
                )
            ]
            for c, row in enumerate(rows)
        ]
        if step >= 1 << (rule.passes - 1):
            total = [[a + w for a, w in zip(*pair, strict=True)] for pair in zip(total, rows, strict=True)]
    kept = 1 << (rule.passes - 1)
    means = [
        [(value + (kept << point) // 2) // (kept << point) for value, point in zip(row, points, strict=True)]
        for row in total
    ]
    return [row[:-1] for row in means], [row[-1] for row in means]


@pytest.mark.parametrize("seed", range(3))
def test_the_rule_is_as_plain_python_has_it(network: Network, seed: int) -> None:
    counts, labels = beats_of(network, seed, 40)
    mine = labelled(network, counts[:25], shifted(labels)[:25])
    others = labelled(network, counts[25:], labels[25:])
    rule = Rule(passes=4)
    layer = learned(network, mine, others, rule)
    assert (layer.weights.tolist(), layer.biases.tolist()) == by_definition(network, mine, others, rule)


def test_integers_of_the_networks_widths(network: Network) -> None:
    """Whatever the labels say, and however far they would pull."""
    counts, _ = beats_of(network, 3)
    labels = np.random.default_rng(3).integers(0, 4, len(counts))
    mine = labelled(network, counts, labels)
    layer = learned(network, mine, mine, Rule(margin=30, others=0, back=20))
    biases = np.concatenate([each.biases for each in network.layers])
    assert layer.weights.dtype == layer.biases.dtype == mine.counts.dtype == np.int64
    assert -32 <= layer.weights.min() < layer.weights.max() <= 31
    assert biases.min() <= layer.biases.min() <= layer.biases.max() <= biases.max()
    assert (layer.weights != network.layers[-1].weights).any()


def test_learns_a_patient_whose_class_is_shifted(network: Network) -> None:
    counts, labels = beats_of(network, 4, 800)
    others = labelled(network, counts[:100], labels[:100])
    truth = shifted(labels)
    own = adapt(network, counts[100:450], truth[100:450], others)
    before, after = (float((golden.run(each, counts[450:]).classes == truth[450:]).mean()) for each in (network, own))
    assert after > before + 0.2
    assert own.layers[:-1] == network.layers[:-1]
    assert (own.shape, own.steps, own.weight_bits) == (network.shape, network.steps, network.weight_bits)
    assert adapt(network, counts[100:450], truth[100:450], others).digest == own.digest


def test_the_guard_keeps_the_network_when_labels_are_noise(network: Network) -> None:
    """Labels that a beat's counts do not tell: as good as it is, the network stays."""
    counts, labels = beats_of(network, 5)
    others = labelled(network, counts[:50], labels[:50])
    rng = np.random.default_rng(5)
    noise = np.where(rng.random(len(labels)) < 0.4, rng.integers(0, 4, len(labels)), labels)
    assert adapt(network, counts, noise, others) is network


def test_the_guard_keeps_the_network_when_others_mislead(network: Network) -> None:
    counts, labels = beats_of(network, 6)
    wrong = labelled(network, counts, (labels + 1) % 4)
    assert adapt(network, counts[:30], labels[:30], wrong, Rule(others=0)) is network


@pytest.mark.parametrize("beats", [0, 1])
def test_few_beats(network: Network, beats: int) -> None:
    counts, labels = beats_of(network, 7)
    own = adapt(network, counts[:beats], labels[:beats], labelled(network, counts, labels))
    assert golden.run(own, counts[:beats]).classes.tolist() == labels[:beats].tolist()


def test_a_beat_that_is_not_n_costs_twice() -> None:
    layer = Dense(np.array([[1], [0]]), np.array([0, 0]), None)
    beats = Labelled(np.array([[1], [1], [0]]), np.array([0, 1, 1]))
    assert beats.cost(layer) == 4
    assert beats.part(np.array([True, False, False])).cost(layer) == 0
    assert beats.cost(replace(layer, biases=np.array([-2, 0]))) == 1


def test_beats_are_chosen_evenly() -> None:
    labels = np.array([0] * 100 + [1] * 3 + [0] * 2 + [1] * 20)
    records = np.array(["a"] * 103 + ["b"] * 22)
    chosen = evenly(labels, records, 8)
    assert np.bincount(labels[chosen]).tolist() == [8, 8]
    assert sorted(chosen.tolist()) == [0, 16, 33, 50, 66, 83, 100, 101, 102, 103, 104, 105, 109, 113, 117, 121]
