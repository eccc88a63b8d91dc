"""How sparse must an SNN be to use less energy than an ANN? The published closed forms for VGG16, and two of ours.

From arXiv 2409.08290 v1 and its authors' code: energies of one synapse at 8 bits, over T steps; the ANN's
activations have a density of 0.45. Both are solved for the sparsity s of the spikes at which SNN = ANN.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isqrt

import numpy as np

from sparrow_ecg.sim.energy.technologies import PAPER_V1, Technology

VGG16_DENSITY = 0.45  # of the ANN's activations
VGG16_FAN_IN = 2395  # mean synapses of a neuron
SPIKE_ACCESS = 4.29  # pJ of a spike at its synapse, classical form; published, not decoded further

PUBLISHED_STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
PUBLISHED = {
    "classical": (0.439, 0.744, 0.838, 0.882, 0.908, 0.924, 0.936, 0.944, 0.956, 0.964, 0.973),
    "spatial": (0.546, 0.774, 0.849, 0.887, 0.910, 0.925, 0.936, 0.944, 0.955, 0.963, 0.972),
}


def spatial(
    steps: int, t: Technology = PAPER_V1, density: float = VGG16_DENSITY, fan_in: float = VGG16_FAN_IN
) -> float:
    """Break-even sparsity of spatial dataflow: each step reads, writes, compares and subtracts a membrane."""
    ann = density * (t.sram.value + t.multiply.value + t.add.value)
    neuron_step = 2 * t.sram.value + t.compare.value + t.subtract.value
    spike = t.sram.value + t.add.value
    return 1 - (ann - neuron_step / fan_in * steps) / (spike * steps)


def classical(
    steps: int, t: Technology = PAPER_V1, density: float = VGG16_DENSITY, fan_in: float = VGG16_FAN_IN
) -> float:
    """Break-even sparsity of the classical hierarchy: operands and partial sums in SRAM, and DRAM behind.

    The bias acts as one more synapse that spikes at every step, and the threshold is subtracted per spike.
    """
    fetch = (t.dram.value + t.sram.value) / t.dram_reuse.value
    ann = density * (4 * t.sram.value + t.multiply.value + t.add.value) + fetch
    spike = 3 * t.sram.value + t.add.value + SPIKE_ACCESS
    always = 2 * fetch * steps / (1 + steps) + (spike + t.compare.value) / fan_in * steps
    return 1 - (ann - always) / (spike * steps + t.subtract.value * steps / fan_in)


FORMULAS = {"classical": classical, "spatial": spatial}


def neuromorphic(
    steps: int,
    t: Technology = PAPER_V1,
    density: float = VGG16_DENSITY,
    fan_in: float = VGG16_FAN_IN,
    hops: float = 0.0,
) -> float:
    """Break-even sparsity of many cores on a mesh. Ours: the published closed form could not be read.

    Per synapse either network reads a weight and reads and writes a sum in its core's SRAM; per neuron and step the SNN
    reads, writes, compares and subtracts a membrane. What fires is a message to each core of the next layer, ``hops``
    links away: 8 bits for an activation, and for a spike, whose address it is, too. A neuron sends one for each value
    of the ANN that is not zero, and for each spike, to cores that hold ``neurons_per_core`` neurons each.
    """
    access = 3 * t.sram.value + t.add.value
    message = hops * t.sparse_hop.value / t.neurons_per_core.value  # of a synapse: its core takes one for all neurons
    ann = density * (access + t.multiply.value + message)
    neuron_step = 2 * t.sram.value + t.compare.value + t.subtract.value
    return 1 - (ann - neuron_step / fan_in * steps) / ((access + message) * steps)


def mesh_hops(layers: Sequence[int], neurons_per_core: int) -> float:
    """Mean links from a core to one of the next layer, cores of a square mesh being filled row by row, layer by layer.

    layers: neurons of each. Manhattan distance, each pair of cores of neighbouring layers once, all layers alike.
    """
    cores = [-(-neurons // neurons_per_core) for neurons in layers]
    side = isqrt(sum(cores) - 1) + 1
    place = np.stack(np.divmod(np.arange(sum(cores)), side), axis=1)
    parts = np.split(place, np.cumsum(cores)[:-1])
    means = [np.abs(a[:, None] - b[None]).sum(axis=2).mean() for a, b in pairwise(parts)]
    return float(np.mean(means))


def ssf(steps: int, density: float = VGG16_DENSITY) -> float:
    """Break-even sparsity of the steps under SSF, where neurons spike independently from step to step.

    SSF uses a weight once for each count that is not zero, so that it takes what the ANN takes when as many counts are
    zero as there activations are, whatever T: ``s^T = 1 - density``. What networks do is not independent: measure.
    """
    return (1 - density) ** (1 / steps)


VGG16_LAYERS = (  # neurons behind each convolution and fully connected layer, pictures of 32 x 32
    *[64 * 32**2] * 2,
    *[128 * 16**2] * 2,
    *[256 * 8**2] * 3,
    *[512 * 4**2] * 3,
    *[512 * 2**2] * 3,
    10,
)
