"""Beats for a core: of any size, and such that tell; and networks that it can load."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.sim.rtl.benches.scenarios import shuffled


def drawn(network: Network, count: int, rng: np.random.Generator) -> np.ndarray:
    """Beats whose counts are mostly small, or mostly large, or many of them zero: int64[count, inputs]."""
    highest = network.count_max(0)
    power = rng.choice([0.3, 1.0, 3.0], (count, 1))
    counts = np.floor((highest + 1) * rng.random((count, network.inputs)) ** power).astype(np.int64)
    return np.minimum(counts, highest) * (rng.random(counts.shape) < rng.choice([0.3, 0.7, 1.0], (count, 1)))


def telling(network: Network, neuron: Neuron, count: int, rng: np.random.Generator) -> np.ndarray:
    """Of so many drawn beats one for each thing that any of them does and that few do: of two outputs one is higher by
    so little; a neuron fires just so often, or just not once more; an event has its place in a list.
    """
    many = drawn(network, count, rng)
    trace = golden.run(network, many, neuron)
    outputs, top = trace.outputs, np.sort(trace.outputs, axis=1)[:, -2:-1]
    told: list[np.ndarray] = []  # what a beat does, as columns of numbers
    for i, j in combinations(range(outputs.shape[1]), 2):
        apart = np.clip(outputs[:, i] - outputs[:, j], -3, 3)
        best = np.minimum(outputs[:, i], outputs[:, j]) >= top[:, 0]
        told += [
            _joined(apart, outputs[:, i] & 1, best),
            _joined(outputs[:, i] > outputs[:, j], _low(outputs[:, i] ^ outputs[:, j])),
        ]
    for layer, sums in zip(network.layers[:-1], trace.potentials, strict=False):
        assert layer.firing
        step = 1 << layer.firing.threshold_log2
        for potential in sums.T:
            left = potential % step
            told.append(
                _joined(
                    np.clip(potential // step, -1, network.steps + 1),
                    np.where(left < step // 2, left, left - step).clip(-2, 1),
                )
            )
    for counts in trace.counts:
        place = np.cumsum(counts > 0, axis=1)
        told += [_joined(place[:, k], counts[:, k]) for k in range(counts.shape[1])]
    firsts = [np.unique(column, return_index=True)[1] for column in told]
    return many[rng.permutation(np.unique(np.concatenate(firsts)))]


def others(build: Build, count: int, rng: np.random.Generator) -> list[Network]:
    """So many networks that a core with weights in RAM can load, too; none of a core that has its own built in."""
    firing = build.network.layers[0].firing
    assert firing
    return [shuffled(build.network, rng, firing.threshold_log2) for _ in range(count if build.images else 0)]


def _joined(*columns: np.ndarray) -> np.ndarray:
    """One number for each combination."""
    return np.ravel_multi_index(
        [column.astype(np.int64) - int(column.min()) for column in columns],
        [int(column.max()) - int(column.min()) + 1 for column in columns],
    )


def _low(bits: np.ndarray) -> np.ndarray:
    """Where the lowest bit is that is set."""
    return np.where(bits == 0, 0, np.log2(np.maximum(bits & -bits, 1))).astype(np.int64)
