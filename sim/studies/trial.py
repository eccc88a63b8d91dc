"""A trained network as an SNN with IF, as an SNN with SSF and as the quantised ANN: runs in a worker, without RTL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sparrow_ecg.model.conversion.spread import spread_biases
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.golden import Neuron, Trace
from sparrow_ecg.model.signals.ecg import testset
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.testset import Heartbeats
from sparrow_ecg.sim.energy import breakeven
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES, energy
from sparrow_ecg.sim.energy.operations import Activity, predict
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.studies.hearts import recorded, test_beats

LANES = 16  # of the core whose reads are counted; a layer has as many neurons, or fewer, in the study's own shape
Style = Literal["if", "if_spread", "ssf", "dense"]


@dataclass(frozen=True, eq=False)
class Trial:
    """A network of two or more hidden layers, on the test beats of the split that trained it."""

    network: Network
    split: str = "intra"

    @cached_property
    def key(self) -> str:
        content = [self.network.digest, self.split, self.network.provenance.get("seed")]
        return hashlib.sha256(json.dumps(["trial", *content]).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        return f"{self.network.name}, seed {self.network.provenance.get('seed')}"

    @property
    def cost(self) -> float:
        return float(self.network.nonzero_synapses * self.network.steps)

    def describe(self) -> dict[str, Any]:
        """JSON-ready."""
        network = self.network
        return {
            "network": network.name,
            "digest": network.digest,
            "seed": network.provenance.get("seed"),
            "shape": list(network.shape),
            "steps": network.steps,
            "weight_bits": network.weight_bits,
            "nonzero_synapses": network.nonzero_synapses,
        }


def evaluate(trial: Trial, data: Path | None = None) -> dict[str, Any]:
    """Accuracies, spikes, operations and energies of one network. JSON-ready; data: the data root, else this worker's.

    accuracy:   of the test beats: ``ssf``, which is the ANN's too, ``if``, and ``if_spread``, whose biases come step by
                step; and of the validation beats, by which cells are chosen.
    lost:       test accuracy of SSF less that of the others.
    order:      what IF's order of firing changes, behind the first hidden layer: see `_order`.
    spikes:     a beat, by hidden layer, for ``ssf`` and ``if``.
    sparsity:   1 less spikes over T times neurons, by hidden layer; zeros: fraction of neurons that do not fire at all.
    operations: a beat, by style; ``ssf`` is the ANN that skips zeros, too, ``dense`` the one that does not.
    energy_pj:  a beat by formula: technology, style, architecture.
    breakeven:  sparsity that spikes into the second hidden layer need to cost no more than the ANN, by technology.
    """
    network, root = trial.network, data_root(data)
    test = test_beats(root, trial.split, network)
    validation = testset.select(network, trial.split, recorded(root), part="validation")
    spread = spread_biases(network)
    traces: dict[Style, Trace] = {
        "ssf": golden.run(network, test.counts),
        "if": golden.run(network, test.counts, "if"),
        "if_spread": golden.run(spread, test.counts, "if"),
    }
    networks: dict[Style, Network] = {"if": network, "if_spread": spread, "ssf": network, "dense": network}
    hidden = {"ssf": traces["ssf"].counts[1:], "if": traces["if"].counts[1:]}
    activities, beats, steps = _activities(networks, traces), len(test.counts), network.steps
    right = {name: _right(test, trace) for name, trace in traces.items()}
    return {
        "accuracy": {"validation": {"ssf": _right(validation, golden.run(network, validation.counts))}, "test": right},
        "lost": {name: right["ssf"] - right[name] for name in ("if", "if_spread")},
        "order": _order(traces["ssf"], traces["if"]),
        "spikes": {name: _by_layer(fired, lambda c: float(c.sum()) / beats) for name, fired in hidden.items()},
        "sparsity": {name: _by_layer(fired, lambda c: 1 - float(c.mean()) / steps) for name, fired in hidden.items()},
        "zeros": {name: _by_layer(fired, lambda c: float((c == 0).mean())) for name, fired in hidden.items()},
        "operations": {
            name: {key: count / beats for key, count in asdict(activity.total).items()}
            for name, activity in activities.items()
        },
        "energy_pj": {
            table.name: {
                name: {each: energy(networks[name], activity, table, each).total for each in ARCHITECTURES}
                for name, activity in activities.items()
            }
            for table in TECHNOLOGIES.values()
        },
        "breakeven": {
            table.name: breakeven.spatial(
                network.steps, table, float((traces["ssf"].counts[1] != 0).mean()), network.layers[1].inputs
            )
            for table in TECHNOLOGIES.values()
        },
    }


def _right(hearts: Heartbeats, trace: Trace) -> float:
    return float((trace.classes == hearts.beats.label).mean())


def _by_layer(fired: Sequence[np.ndarray], figure: Callable[[np.ndarray], float]) -> dict[str, float]:
    """Of each hidden layer's counts; "1" is the first."""
    return {str(k): figure(counts) for k, counts in enumerate(fired, 1)}


def _activities(networks: Mapping[Style, Network], traces: Mapping[Style, Trace]) -> dict[Style, Activity]:
    """What the core does, by style; the dense ANN has the counts of SSF."""
    found: dict[Style, Activity] = {}
    for style, network in networks.items():
        neuron: Neuron = "ssf" if style in ("ssf", "dense") else "if"
        trace = traces["ssf" if neuron == "ssf" else style]
        found[style] = predict(network, trace, neuron=neuron, zero_skip=style != "dense", lanes=LANES)
    return found


def _order(ssf: Trace, by_step: Trace) -> dict[str, float]:
    """counts: fraction of the counts of later hidden layers that differ; more, less: spikes a neuron and beat that IF
    fires beyond SSF, and falls short of it; classes: fraction of the beats that get another class.
    """
    later = list(zip(ssf.counts[2:], by_step.counts[2:], strict=True))
    neurons = sum(a.shape[1] for a, _ in later)
    return {
        "counts": sum(float((a != b).sum(axis=1).mean()) for a, b in later) / neurons,
        "more": sum(float(np.maximum(b - a, 0).sum(axis=1).mean()) for a, b in later) / neurons,
        "less": sum(float(np.maximum(a - b, 0).sum(axis=1).mean()) for a, b in later) / neurons,
        "classes": float((ssf.classes != by_step.classes).mean()),
    }
