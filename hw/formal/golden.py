"""The golden model as a circuit: sums as they stand in the contract, with no thought of hardware."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Const, Mux, Value

from sparrow_ecg.model.network import Network


def circuit(network: Network, counts: Sequence[Value]) -> tuple[Value, list[Value]]:
    """Class and potentials of a beat, as `golden.run` has them for ``ssf``: signed, as wide as they need to be."""
    entering = list(counts)
    for layer in network.layers:
        potentials = [
            sum((int(weight) * count for weight, count in zip(row, entering, strict=True)), Const(int(bias)))
            for row, bias in zip(layer.weights, layer.biases, strict=True)
        ]
        if layer.firing:
            fired = [potential >> layer.firing.threshold_log2 for potential in potentials]
            steps = layer.firing.steps
            entering = [Mux(n < 0, 0, Mux(n > steps, steps, n))[: steps.bit_length()] for n in fired]
    klass, best = Value.cast(0), potentials[0]
    for i, potential in enumerate(potentials[1:], 1):
        klass, best = Mux(potential > best, i, klass), Mux(potential > best, potential, best)
    return klass, potentials
