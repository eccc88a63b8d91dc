"""Energy of a convolutional network by formula, as CNN and as SNN, from what its layers did.

The prices of a synapse and of a neuron are those of the spatial form (`breakeven.spatial`): a weight read from SRAM and
a product, or an addition where a spike gates it; with IF, a membrane read, written, compared and subtracted from in
every step. 8-bit words throughout. Neither the fetching of activations nor what a convolution reuses is priced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sparrow_ecg.sim.energy.technologies import Constant, Technology


@dataclass(frozen=True)
class LayerWork:
    """A layer with weights, for one picture.

    macs:    products if no input is zero.
    active:  share of its inputs whose count is not zero.
    spiking: share of its inputs that spike in a step, under IF.
    neurons: that fire behind it; 0 for the last layer.
    """

    name: str
    macs: int
    active: float
    spiking: float
    neurons: int


def spatial(layers: Sequence[LayerWork], steps: int, t: Technology) -> dict[str, float]:
    """pJ of a picture: ``cnn`` computes every product, ``cnn_skip``, which is SSF, those whose input is not zero.

    ``if`` computes the first layer once, on the picture's own values, and the others in every step.
    """
    product = t.sram.value + t.multiply.value + t.add.value
    addition = t.sram.value + t.add.value
    membrane = 2 * t.sram.value + t.compare.value + t.subtract.value
    neurons = sum(layer.neurons for layer in layers)
    first, *later = layers
    return {
        "cnn": sum(layer.macs for layer in layers) * product,
        "cnn_skip": sum(layer.macs * layer.active for layer in layers) * product,
        "if": first.macs * first.active * product
        + sum(layer.macs * layer.spiking for layer in later) * steps * addition
        + neurons * steps * membrane,
    }


def arithmetic(technology: Technology) -> Technology:
    """The same table where memory costs nothing: what is compared when operations alone are counted."""
    return replace(technology, name=f"{technology.name}, arithmetic alone", sram=Constant(0.0, "left out"))
