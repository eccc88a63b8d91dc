"""Beats for a core: of any size, and such that tell; and networks that it can load."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.image import CRC, FIELDS, ChipImage
from sparrow_ecg.model.network import Dense, Firing, Network, golden
from sparrow_ecg.model.network.drawn import DrawnWeights, random_network, worst_beats
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.sim.rtl.benches.scenarios import shuffled

KINDS: tuple[DrawnWeights, ...] = ("random", "extreme", "sparse")
HEADER, CRC_BYTES = 4 * len(FIELDS), 4  # of a chip's image


def drawn(network: Network, count: int, rng: np.random.Generator) -> np.ndarray:
    """Beats whose counts are mostly small, or mostly large, or many of them zero: int64[count, inputs]."""
    highest = network.count_max(0)
    power = rng.choice([0.3, 1.0, 3.0], (count, 1))
    counts = np.floor((highest + 1) * rng.random((count, network.inputs)) ** power).astype(np.int64)
    return np.minimum(counts, highest) * (rng.random(counts.shape) < rng.choice([0.3, 0.7, 1.0], (count, 1)))


def telling(
    network: Network, neuron: Neuron, count: int, rng: np.random.Generator, most: int | None = None
) -> np.ndarray:
    """Of so many drawn beats one for each thing that any of them does and that few do: of two outputs one is higher by
    so little; a neuron fires just so often, or just not once more; an event has its place in a list. most: of too many,
    those that do what is rarest.
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
    for layer, sums, fired in zip(network.layers[:-1], trace.potentials, trace.counts[1:], strict=False):
        assert layer.firing
        step = 1 << layer.firing.threshold_log2
        for potential, spikes in zip(sums.T, fired.T, strict=True):
            left = potential % step
            told.append(
                _joined(
                    np.clip(potential // step, -1, network.steps + 1),
                    np.where(left < step // 2, left, left - step).clip(-2, 1),
                    spikes,
                )
            )
    for counts in trace.counts:
        place = np.cumsum(counts > 0, axis=1)
        told += [_joined(place[:, k], counts[:, k]) for k in range(counts.shape[1])]
    _, firsts, often = (
        np.concatenate(each)
        for each in zip(*(np.unique(column, return_index=True, return_counts=True) for column in told), strict=True)
    )
    rarest = list(dict.fromkeys(firsts[np.argsort(often, kind="stable")].tolist()))[:most]
    return many[rng.permutation(rarest)]


def extreme(network: Network, count: int, rng: np.random.Generator) -> np.ndarray:
    """So many beats near each of those that drive a neuron of the first layer to its lowest or highest sum: some of
    their counts are drawn.
    """
    beats = np.repeat(worst_beats(network), count, axis=0)
    other = rng.random(beats.shape) < rng.choice([0.05, 0.1, 0.2, 0.4], (len(beats), 1))
    return np.where(other, rng.integers(0, network.count_max(0) + 1, beats.shape), beats)


def close(network: Network, neuron: Neuron, count: int, rng: np.random.Generator) -> np.ndarray:
    """Of so many drawn beats those whose two highest outputs are equal or one apart."""
    many = drawn(network, count, rng)
    top = np.sort(golden.run(network, many, neuron).outputs, axis=1)
    return many[top[:, -1] - top[:, -2] <= 1]


def others(build: Build, count: int, rng: np.random.Generator) -> list[Network]:
    """So many networks that a core with weights in RAM can load, too; none of a core that has its own built in. Of four
    one is another patient's, and of the others one has weights of any size, one the largest, one mostly none.
    """
    firing = build.network.layers[0].firing
    assert firing
    if not build.images:
        return []
    return [
        _drawn_network(build, rng, KINDS[k % 4 - 1]) if k % 4 else shuffled(build.network, rng, firing.threshold_log2)
        for k in range(count)
    ]


def _drawn_network(build: Build, rng: np.random.Generator, kind: DrawnWeights) -> Network:
    """As `random_network`; layers that fire at any threshold, and neurons with any bias or one near their threshold."""
    network, g = build.network, build.geometry
    widths = {"steps": network.steps, "weight_bits": network.weight_bits, "input_bits": network.input_bits}
    layers = []
    for layer in random_network(rng, network.shape, **widths, weights=kind).layers:
        firing, size = layer.firing, layer.outputs
        if firing and rng.integers(2):
            firing = Firing(int(rng.choice(g.thresholds)), network.steps)
        highest = (1 << g.bias_bits - 1) - 1
        near = (1 << firing.threshold_log2 if firing else 0) + rng.integers(-20, 5, size)
        choice = rng.integers(8, size=size)
        biases = np.select([choice == 0, choice < 3], [rng.integers(-highest, highest, size), near], layer.biases)
        biases = np.abs(biases) if rng.integers(3) == 0 else biases  # all of them fire
        layers.append(Dense(layer.weights, np.clip(biases, -highest - 1, highest), firing))
    return replace(network, layers=tuple(layers))


def littered(build: Build, network: Network, rng: np.random.Generator) -> bytes:
    """An image with random bits where none are taken: of lanes without a neuron, and up to whole bytes and words."""
    images = build.images
    assert images
    ones = [Dense(0 * layer.weights - 1, 0 * layer.biases - 1, layer.firing) for layer in network.layers]
    taken = images.of(replace(network, layers=tuple(ones)))
    start, end = (HEADER, len(taken) - CRC_BYTES) if isinstance(images, ChipImage) else (0, len(taken))
    start += images.tables.sections.thresholds[0] if isinstance(images, ChipImage) else images.sections.thresholds[0]
    image = bytearray(images.of(network))
    for k in range(start, end):
        image[k] |= ~taken[k] & int(rng.integers(256))
    if isinstance(images, ChipImage):
        image[end:] = CRC.compute(image[:end]).to_bytes(CRC_BYTES, "big")
    return bytes(image)


def _joined(*columns: np.ndarray) -> np.ndarray:
    """One number for each combination."""
    return np.ravel_multi_index(
        [column.astype(np.int64) - int(column.min()) for column in columns],
        [int(column.max()) - int(column.min()) + 1 for column in columns],
    )


def _low(bits: np.ndarray) -> np.ndarray:
    """Where the lowest bit is that is set."""
    return np.where(bits == 0, 0, np.log2(np.maximum(bits & -bits, 1))).astype(np.int64)
