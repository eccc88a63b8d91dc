"""The golden model: what a network computes, bit for bit, in int64.

Sum-Spikes-and-Fire is what the chip does; integrate-and-fire is the time-stepped baseline that it is measured against.
Both follow the contract in `Network`; beats are computed in blocks that fit the cache. Beats are pictures, where a
network convolves; it does so with SSF neurons alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.convolution import Convolution
from sparrow_ecg.model.network.dense import Dense

Neuron = Literal["ssf", "if"]
NEURONS: tuple[Neuron, ...] = get_args(Neuron)
BLOCK = 8192  # beats: large enough that numpy, not Python, does the work
PICTURES = 128  # the same, where each weight is used at many places


@dataclass(frozen=True, eq=False)
class Trace:
    """Everything that hardware can be compared with, beat by beat.

    counts:     for each layer k, the counts that enter it: int64[beats, inputs of k].
    potentials: for each layer k, its sums before firing: int64[beats, outputs of k]; of a convolution before it is
                pooled, in the order of `Convolution.computed`. With IF neurons those of hidden layers after the
                first are what remains at the end of the window.
    trains:     IF only: for each hidden layer, its spikes: bool[T, beats, outputs of k].
    """

    counts: tuple[np.ndarray, ...]
    potentials: tuple[np.ndarray, ...]
    trains: tuple[np.ndarray, ...] = ()

    @property
    def outputs(self) -> np.ndarray:
        """Potentials of the output layer, int64[beats, outputs]."""
        return self.potentials[-1]

    @property
    def classes(self) -> np.ndarray:
        """The class of each beat, int64[beats]: the highest output, the lowest index on a tie."""
        return self.outputs.argmax(axis=1)


def run(network: Network, counts: np.ndarray, neuron: Neuron = "ssf") -> Trace:
    """What the network does with ``counts``, integers[beats, inputs], each in 0..count_max.

    neuron: ``ssf``, Sum-Spikes-and-Fire: each weight is used once a beat. ``if``, integrate-and-fire, step by step,
            behind a hybrid first layer; InputError for a network that convolves.
    """
    if neuron == "if" and network.convolves:
        raise InputError(f"network '{network.name}': convolutions are computed with SSF neurons alone")
    if counts.ndim != 2 or counts.shape[1] != network.inputs or not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(f"counts are integers[beats, {network.inputs}], not {counts.dtype}{counts.shape}")
    if counts.size and not 0 <= counts.min() <= counts.max() <= network.count_max(0):
        raise ValueError(f"counts lie in 0..{network.count_max(0)}, not {counts.min()}..{counts.max()}")
    block = _ssf_block if neuron == "ssf" else _if_block
    size = PICTURES if network.convolves else BLOCK
    starts = range(0, max(len(counts), 1), size)
    blocks = [block(network, np.ascontiguousarray(counts[s : s + size].T, dtype=np.int64)) for s in starts]
    # a block's arrays are [..., neurons, beats]: turn to [..., beats, neurons] and join the beats
    joined = [
        tuple(np.concatenate([np.swapaxes(a, -1, -2) for a in arrays], axis=-2) for arrays in zip(*kind, strict=True))
        for kind in zip(*blocks, strict=True)
    ]
    return Trace(*joined)


def weighted_sum(layer: Dense, counts: np.ndarray) -> np.ndarray:
    """``b + W n`` as int64[outputs, beats], for counts int64[inputs, beats].

    One row operation for each synapse that is not zero: on integers that is faster than ``matmul``.
    """
    sums = np.repeat(layer.biases[:, None], counts.shape[1], axis=1)
    product = np.empty(counts.shape[1], dtype=np.int64)
    for total, weights in zip(sums, layer.weights, strict=True):
        for j in np.flatnonzero(weights):
            np.multiply(counts[j], weights[j], out=product)
            total += product
    return sums


def convolved(layer: Convolution, counts: np.ndarray) -> np.ndarray:
    """Sums at every place that is computed, int64[computed.size, beats], for counts int64[inputs, beats]."""
    whole, to, kernel, stride = layer.entering, layer.computed, layer.kernel, layer.stride
    beats = counts.shape[1]
    seen = counts.reshape(whole.height, whole.width, whole.channels, beats)
    seen = np.pad(seen, [(layer.padding, layer.padding)] * 2 + [(0, 0)] * 2)
    windows = np.lib.stride_tricks.sliding_window_view(seen, (kernel, kernel), (0, 1))[::stride, ::stride]
    windows = windows[: to.height, : to.width].transpose(0, 1, 3, 4, 5, 2)  # rows, columns, beats, a window
    sums = windows.reshape(to.height * to.width, beats, -1) @ layer.weights.T + layer.biases
    return sums.transpose(0, 2, 1).reshape(to.size, beats)


def pooled(layer: Convolution, fired: np.ndarray) -> np.ndarray:
    """What a convolution hands on, int64[outputs, beats], of what its neurons fired, int64[computed.size, beats]."""
    if not layer.pooling:
        return fired
    to, side = layer.leaving, layer.pooling.size
    squares = fired.reshape(to.height, side, to.width, side, to.channels, -1).sum(axis=(1, 3))
    fires = layer.pooling.firing
    return (fires.compute(squares) if fires else squares).reshape(to.size, -1)


def _ssf_block(network: Network, counts: np.ndarray) -> tuple[list, list, list]:
    inputs, potentials = [counts], []
    for layer in network.layers:
        entering = inputs[-1]
        potentials.append(
            convolved(layer, entering) if isinstance(layer, Convolution) else weighted_sum(layer, entering)
        )
        if layer.firing:
            fired = layer.firing.compute(potentials[-1])
            inputs.append(pooled(layer, fired) if isinstance(layer, Convolution) else fired)
    return inputs, potentials, []


def _if_block(network: Network, counts: np.ndarray) -> tuple[list, list, list]:
    first = weighted_sum(network.layers[0], counts)
    inputs, potentials, trains = [counts], [first], []
    firing = network.layers[0].firing
    if firing:  # the constant N drives an IF neuron whose threshold is T times as high
        drives, threshold = [first] * network.steps, network.steps << firing.threshold_log2
        trains.append(_fire(np.zeros_like(first), drives, threshold)[1])
    for layer in network.layers[1:]:
        inputs.append(trains[-1].sum(axis=0))
        if layer.firing:
            start = np.repeat(layer.biases[:, None], counts.shape[1], axis=1)
            unbiased = Dense(layer.weights, np.zeros_like(layer.biases), None)
            drives = [weighted_sum(unbiased, spikes.astype(np.int64)) for spikes in trains[-1]]
            left, train = _fire(start, drives, 1 << layer.firing.threshold_log2)
            potentials.append(left)
            trains.append(train)
        else:
            potentials.append(weighted_sum(layer, inputs[-1]))
    return inputs, potentials, trains


def _fire(potential: np.ndarray, drives: list[np.ndarray], threshold: int) -> tuple[np.ndarray, np.ndarray]:
    """Integrate each step's drive, fire at most once a step, subtract: what is left, and the spikes."""
    train = np.empty((len(drives), *potential.shape), dtype=bool)
    for spikes, drive in zip(train, drives, strict=True):
        potential = potential + drive
        spikes[:] = potential >= threshold
        potential -= spikes * np.int64(threshold)
    return potential, train
