"""The schedule of the serial core, written once: how its neurons are grouped, and how long each layer takes.

The sequencer walks through it, the cycle model and the energy formulas count it.
"""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Neuron, Trace


def group_sizes(outputs: int, lanes: int) -> list[int]:
    """Neurons in each group of a layer: ``lanes`` of them, and the rest in the last."""
    return [min(lanes, outputs - first) for first in range(0, outputs, lanes)]


def passes(network: Network, k: int, neuron: Neuron) -> int:
    """How often the events of layer k are gone through: IF neurons behind the first layer see each step apart."""
    return network.steps if neuron == "if" and k > 0 else 1


def events(network: Network, trace: Trace, k: int, zero_skip: bool) -> np.ndarray:
    """Inputs of layer k that are stored for each beat, int64[beats]."""
    counts = trace.counts[k]
    return (counts != 0).sum(axis=1) if zero_skip else np.full(len(counts), network.layers[k].inputs)


def word_reads(network: Network, trace: Trace, k: int, neuron: Neuron, zero_skip: bool) -> np.ndarray:
    """How often each group of layer k reads the word of each input, for each beat: int64[beats, inputs].

    Once for an event; IF neurons behind the first layer once for each spike. Without zero skip, in every pass.
    """
    counts = trace.counts[k]
    if not zero_skip:
        return np.full(counts.shape, passes(network, k, neuron))
    return counts if neuron == "if" and k > 0 else (counts != 0).astype(np.int64)


def overhead(network: Network, k: int, lanes: int, neuron: Neuron) -> int:
    """Cycles of layer k beside one for each event read (in each group and pass): the same for every beat.

    Each group asks for its biases, lets the last event of each pass arrive (two cycles), fires step by step if its
    neurons are IF (of the first layer only hidden ones), and leaves the lanes, one neuron a cycle.
    """
    layer = network.layers[k]
    each = 1 + 2 * passes(network, k, neuron)
    if neuron == "if" and (k > 0 or layer.firing):
        each += network.steps
    return len(group_sizes(layer.outputs, lanes)) * each + layer.outputs


def layer_cycles(network: Network, trace: Trace, k: int, lanes: int, neuron: Neuron, zero_skip: bool) -> np.ndarray:
    """Cycles of layer k for each beat, int64[beats]."""
    groups = len(group_sizes(network.layers[k].outputs, lanes))
    reads = groups * passes(network, k, neuron) * events(network, trace, k, zero_skip)
    return reads + overhead(network, k, lanes, neuron)
