"""What a network computes, in plain Python, step by step: shares no line with `model.network.golden`, and no numpy.

Neurons get one spike at a time, and one step at a time fire at most one spike. Nothing is shifted or clamped.
"""

from __future__ import annotations

from typing import NamedTuple

from sparrow_ecg.model.network import Convolution, Firing, Network


class Answer(NamedTuple):
    """Of one beat: counts that enter each layer, potentials of each layer, the class."""

    counts: list[list[int]]
    potentials: list[list[int]]
    klass: int


def ssf(network: Network, beat: list[int]) -> Answer:
    """Sum all spikes of the window into N, then release them: an IF neuron driven by N at T thresholds."""
    counts, potentials = [beat], []
    for layer in network.layers:
        if isinstance(layer, Convolution):
            sums, pooled = _convolution(layer, counts[-1], network.steps)
            potentials.append(sums)
            counts.append(pooled)
            continue
        sums = []
        for weights, bias in zip(layer.weights.tolist(), layer.biases.tolist(), strict=True):
            potential = bias
            for weight, count in zip(weights, counts[-1], strict=True):
                for _spike in range(count):
                    potential += weight
            sums.append(potential)
        potentials.append(sums)
        if layer.firing:
            threshold = network.steps * 2**layer.firing.threshold_log2
            counts.append([sum(_constant_drive(n, threshold, network.steps)) for n in sums])
    return Answer(counts, potentials, _winner(potentials[-1]))


def _convolution(layer: Convolution, beat: list[int], steps: int) -> tuple[list[int], list[int]]:
    """Potentials at every place that counts, and the counts that leave. Each spike goes to the windows that see it."""
    whole, to, out = layer.entering, layer.computed, layer.leaving
    weights = layer.weights.tolist()
    sums = {
        (y, x, o): layer.biases.tolist()[o]
        for y in range(to.height)
        for x in range(to.width)
        for o in range(to.channels)
    }
    spikes = [i for i, count in enumerate(beat) for _ in range(count)]
    for i in spikes:
        place, c = divmod(i, whole.channels)
        row, column = divmod(place, whole.width)
        for y, x, o in sums:
            dy = row + layer.padding - y * layer.stride
            dx = column + layer.padding - x * layer.stride
            if 0 <= dy < layer.kernel and 0 <= dx < layer.kernel:
                sums[y, x, o] += weights[o][(dy * layer.kernel + dx) * whole.channels + c]

    def fired(potential: int, firing: Firing) -> int:
        return sum(_constant_drive(potential, steps * 2**firing.threshold_log2, steps))

    assert layer.firing
    leaving = {at: fired(potential, layer.firing) for at, potential in sums.items()}
    if layer.pooling:
        size = layer.pooling.size
        squares = dict.fromkeys(
            ((y, x, o) for y in range(out.height) for x in range(out.width) for o in range(out.channels)), 0
        )
        for (y, x, o), count in leaving.items():
            squares[y // size, x // size, o] += count
        fires = layer.pooling.firing
        leaving = {at: fired(total, fires) for at, total in squares.items()} if fires else squares
    return list(sums.values()), list(leaving.values())


def integrate_and_fire(network: Network, beat: list[int]) -> Answer:
    """Step after step through all layers, as contract 1 words it; the first layer's sum is a constant drive."""
    first = ssf(network, beat).potentials[0]
    residues = [[0] * len(first)] + [layer.biases.tolist() for layer in network.layers[1:]]
    fired = [[0] * layer.outputs for layer in network.layers]
    for _step in range(network.steps):
        spikes = [False] * network.inputs
        for k, layer in enumerate(network.layers):
            incoming, spikes = spikes, [False] * layer.outputs
            for i, weights in enumerate(layer.weights.tolist()):
                drive = first[i] if k == 0 else sum(w for w, spike in zip(weights, incoming, strict=True) if spike)
                residues[k][i] += drive
                if layer.firing:
                    threshold = 2**layer.firing.threshold_log2 * (network.steps if k == 0 else 1)
                    if residues[k][i] >= threshold:
                        residues[k][i] -= threshold
                        spikes[i] = True
                        fired[k][i] += 1
    potentials = [first, *residues[1:]]
    return Answer([beat, *fired[:-1]], potentials, _winner(potentials[-1]))


def _constant_drive(drive: int, threshold: int, steps: int) -> list[bool]:
    residue, spikes = 0, []
    for _step in range(steps):
        residue += drive
        spikes.append(residue >= threshold)
        if spikes[-1]:
            residue -= threshold
    return spikes


def _winner(potentials: list[int]) -> int:
    best = 0
    for i, potential in enumerate(potentials):
        if potential > potentials[best]:
            best = i
    return best
