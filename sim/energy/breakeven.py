"""How sparse must an SNN be to use less energy than an ANN? The published closed forms for VGG16.

From arXiv 2409.08290 v1 and its authors' code: energies of one synapse at 8 bits, over T steps; the ANN's
activations have a density of 0.45. Both are solved for the sparsity s of the spikes at which SNN = ANN.
"""

from __future__ import annotations

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
