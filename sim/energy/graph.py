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


def density(layers: Sequence[LayerWork]) -> float:
    """Share of the products behind the first layer whose input is not zero."""
    return _mean([(layer.macs, layer.active) for layer in layers[1:]])


def sparsity(layers: Sequence[LayerWork]) -> float:
    """Share of the synapses behind the first layer that a step of IF leaves alone, in the mean."""
    return 1 - _mean([(layer.macs, layer.spiking) for layer in layers[1:]])


def fan_in(layers: Sequence[LayerWork]) -> float:
    """Synapses behind the first layer for each neuron that fires: what the cost of its membrane is shared by."""
    return sum(layer.macs for layer in layers[1:]) / sum(layer.neurons for layer in layers)


def _mean(weighted: Sequence[tuple[int, float]]) -> float:
    return sum(weight * value for weight, value in weighted) / sum(weight for weight, _ in weighted)


def spatial(layers: Sequence[LayerWork], steps: int, t: Technology) -> dict[str, float]:
    """pJ of a picture, by what computes it: the sums of `by_operation`."""
    return {kind: sum(each.values()) for kind, each in by_operation(layers, steps, t).items()}


def by_operation(layers: Sequence[LayerWork], steps: int, t: Technology) -> dict[str, dict[str, float]]:
    """pJ of a picture and operation, named as in `formulas`.

    ``cnn`` computes every product, ``cnn_skip``, which is SSF, those whose input is not zero; ``if`` computes the first
    layer once, on the picture's own values, and the others in every step.
    """
    first, *later = layers
    neuron_steps = steps * sum(layer.neurons for layer in layers)
    added = sum(layer.macs * layer.spiking for layer in later) * steps
    return {
        "cnn": _synapses(sum(layer.macs for layer in layers), 0, t),
        "cnn_skip": _synapses(sum(layer.macs * layer.active for layer in layers), 0, t),
        "if": _synapses(first.macs * first.active, added, t)
        | {
            "compares": neuron_steps * t.compare.value,
            "subtracts": neuron_steps * t.subtract.value,
            "state_reads": neuron_steps * t.sram.value,
            "state_writes": neuron_steps * t.sram.value,
        },
    }


def _synapses(products: float, additions: float, t: Technology) -> dict[str, float]:
    """A weight is read for each product and for each addition that a spike gates."""
    return {
        "weight_reads": (products + additions) * t.sram.value,
        "multiplies": products * t.multiply.value,
        "adds": (products + additions) * t.add.value,
    }


def arithmetic(technology: Technology) -> Technology:
    """The same table where memory costs nothing: what is compared when operations alone are counted."""
    return replace(technology, name=f"{technology.name}, arithmetic alone", sram=Constant(0.0, "left out"))
