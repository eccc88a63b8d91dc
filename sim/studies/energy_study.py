"""When is an SNN worth its energy? Measured networks beside the break-even lines, by formula."""

from __future__ import annotations

from typing import Any

import numpy as np

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.testset import Heartbeats
from sparrow_ecg.sim.energy import breakeven
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES, energy
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.energy.technologies import Technology

STEPS = breakeven.PUBLISHED_STEPS
BEATS = 2000  # of a test part, the first ones: densities are steady to a percent


def lines(technology: Technology) -> dict[str, dict[str, Any]]:
    """Break-even sparsity of VGG16 by architecture and T: ``here``, and ``published`` where it is."""
    hops = breakeven.mesh_hops(breakeven.VGG16_LAYERS, int(technology.neurons_per_core.value))
    here = {
        **{name: {t: form(t, technology) for t in STEPS} for name, form in breakeven.FORMULAS.items()},
        "neuromorphic": {t: breakeven.neuromorphic(t, technology, hops=hops) for t in STEPS},
        "SSF": {t: breakeven.ssf(t) for t in STEPS},
    }
    published = {name: dict(zip(STEPS, row, strict=True)) for name, row in breakeven.PUBLISHED.items()}
    return {name: {"here": row, "published": published.get(name)} for name, row in here.items()}


def place(network: Network, hearts: Heartbeats, technology: Technology) -> dict[str, Any]:
    """Where a network lies, JSON-ready, from what its hidden layers do on test beats.

    density:  share of hidden counts that are not zero: of the ANN's activations, and of SSF's weight reads.
    sparsity: share of steps in which a hidden neuron does not spike under IF.
    needed:   the break-even sparsity of its own T, density and mean fan-in, by architecture.
    pj:       energy of a beat for IF, SSF (= the ANN of as many levels), and the ANN without zero skip, by architecture
              and operation.
    """
    counts = hearts.counts[:BEATS]
    traces = {neuron: golden.run(network, counts, neuron) for neuron in golden.NEURONS}
    hidden = {neuron: np.concatenate([each.ravel() for each in trace.counts[1:]]) for neuron, trace in traces.items()}
    density = float((hidden["ssf"] > 0).mean())
    behind = network.layers[1:]
    fan_in = sum(layer.weights.size for layer in behind) / sum(layer.outputs for layer in behind)
    neurons = [layer.outputs for layer in network.layers]
    own = {"density": density, "fan_in": fan_in}
    hops = breakeven.mesh_hops(neurons, int(technology.neurons_per_core.value)) if len(neurons) > 1 else 0.0
    rows = {
        "SNN, IF": predict(network, traces["if"], neuron="if", lanes=16),
        "SNN, SSF = ANN": predict(network, traces["ssf"], lanes=16),
        "ANN, no zero skip": predict(network, traces["ssf"], zero_skip=False, lanes=16),
    }
    return {
        "network": network.name,
        "digest": network.digest,
        "split": hearts.split,
        "beats": len(counts),
        "steps": network.steps,
        **own,
        "sparsity": float(1 - hidden["if"].mean() / network.steps),
        "needed": {
            "classical": breakeven.classical(network.steps, technology, **own),
            "spatial": breakeven.spatial(network.steps, technology, **own),
            "neuromorphic": breakeven.neuromorphic(network.steps, technology, **own, hops=hops),
        },
        "pj": {
            row: {arch: energy(network, activity, technology, arch).by_operation for arch in ARCHITECTURES}
            for row, activity in rows.items()
        },
    }
