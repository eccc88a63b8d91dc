"""The first layer on multi-bit inputs, as an ANN's, or on inputs that come as spikes: accuracy, cycles, energy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core import schedule
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.conversion.spread import spread_biases
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Dense, Firing, Network, from_json, golden
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.model.signals.ecg.testset import Heartbeats
from sparrow_ecg.sim.energy.formulas import energy
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.hearts import test_beats
from sparrow_ecg.sim.studies.sources import sources
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.variants import Variant

BASE, SPLIT, EPOCHS = "tiny", "intra", (12, 12)
STEPS = (1, 3, 7, 15)  # each 2^b - 1: a window has room for the counts of inputs of b bits
STYLES: dict[str, tuple[str, Neuron]] = {  # by first layer and neuron
    "hybrid, SSF": ("hybrid", "ssf"),
    "hybrid, IF": ("hybrid", "if"),
    "rate-coded, SSF": ("rate", "ssf"),
    "rate-coded, IF": ("rate", "if"),
    "rate-coded, IF, biases step by step": ("spread", "if"),
}


@dataclass(frozen=True)
class Pair:
    """What is trained for a window: `BASE` with its own inputs, and with inputs of as many levels as T has counts."""

    steps: int
    seed: int

    @property
    def variants(self) -> dict[str, Variant]:
        common = {"steps": self.steps, "epochs": EPOCHS}
        return {
            "hybrid": Variant(BASE, common, self.seed, SPLIT),
            "rate": Variant(BASE, common | {"input_bits": self.steps.bit_length()}, self.seed, SPLIT),
        }


def pairs(seeds: int, steps: tuple[int, ...] = STEPS) -> Iterator[Pair]:
    for seed in range(seeds):
        yield from (Pair(each, seed) for each in steps)


def trained(variant: Variant, store: Store, data: Path | None) -> Network:
    """The network of a variant: taken from the store, or trained and put there."""
    key = f"hybrid-{variant.key}-{sources(variants.train)}"
    return from_json((store.read(key) or store.write(key, variants.train(variant, data)))["network"])


def rate_coded(network: Network) -> Network:
    """A network whose inputs come as spikes: a layer in front turns each count n, up to T, into n spikes of T steps.

    Under IF this layer is driven by n in every step at threshold T, so that its spikes are spread evenly; the layer
    that was the first then reads a weight for each spike, as later ones do. Raises InputError for inputs beyond T.
    """
    if network.count_max(0) > network.steps:
        raise InputError(f"inputs of {network.input_bits} bits have more levels than {network.steps} steps have counts")
    spikes = Dense(np.eye(network.inputs, dtype=np.int64), np.zeros(network.inputs, np.int64), Firing(0, network.steps))
    return replace(network, layers=(spikes, *network.layers), weight_bits=max(network.weight_bits, 2))


def measure(pair: Pair, networks: Mapping[str, Network], hearts: Mapping[str, Heartbeats]) -> dict[str, Any]:
    """Of each of `STYLES`, on the test beats: accuracy; and on the serial core, a beat: cycles, weights read, pJ by
    formula (spatial) by technology, all of it and ``first``, of the first layer alone. JSON-ready.

    Of a rate-coded network the layer that makes spikes counts nothing: neither does what makes the counts.
    """
    coded = rate_coded(networks["rate"])
    forms = {
        ("hybrid", "ssf"): (networks["hybrid"], 0),
        ("hybrid", "if"): (networks["hybrid"], 0),
        ("rate", "ssf"): (networks["rate"], 0),  # SSF sums the spikes of an input first: its count, once
        ("rate", "if"): (coded, 1),
        ("spread", "if"): (spread_biases(coded), 1),
    }
    found: dict[str, Any] = {}
    for style, (form, neuron) in STYLES.items():
        network, first = forms[form, neuron]
        beats = hearts["hybrid" if form == "hybrid" else "rate"]
        found[style] = _measure(network, first, neuron, beats)
    return {"steps": pair.steps, "seed": pair.seed, "styles": found}


def _measure(network: Network, first: int, neuron: Neuron, hearts: Heartbeats) -> dict[str, Any]:
    """first: the layer that takes the inputs; those before it are not counted."""
    trace = golden.run(network, hearts.counts, neuron)
    lanes = max(layer.outputs for layer in network.layers[first:])
    activity = predict(network, trace, neuron=neuron, lanes=lanes)
    layers = range(first, len(network.layers))
    cycles = sum(schedule.layer_cycles(network, trace, k, lanes, neuron, True).mean() for k in layers)
    beats = len(hearts.counts)
    priced = {table.name: energy(network, activity, table).by_layer[first:] for table in TECHNOLOGIES.values()}
    return {
        "accuracy": float((trace.classes == hearts.beats.label).mean()),
        "cycles": float(cycles) + network.inputs + 1,  # load, result
        "weight_reads": sum(activity.layers[k].weight_reads for k in layers) / beats,
        "pj": {name: sum(each) for name, each in priced.items()},
        "first_pj": {name: each[0] for name, each in priced.items()},
    }


def hearts_of(networks: Mapping[str, Network], root: Path) -> dict[str, Heartbeats]:
    """The test beats, in the inputs of each network."""
    return {name: test_beats(root, SPLIT, network) for name, network in networks.items()}


def through_rtl(networks: Mapping[str, Network], hearts: Mapping[str, Heartbeats]) -> dict[str, int]:
    """How many test beats differ from the golden model in class, a potential or cycles, in IF cores: hybrid, and
    rate-coded with the layer that makes the spikes.
    """
    forms = {"hybrid": networks["hybrid"], "rate": rate_coded(networks["rate"])}
    found = {}
    for name, network in forms.items():
        build = Build(network, replace(Serial(**Serial.usual(network)), neuron="if"))
        trace, seen = build.golden(hearts[name].counts), Engine(build).run(hearts[name].counts)
        wrong = (seen.potentials != trace.outputs).any(axis=1) | (seen.classes != trace.classes)
        found[name] = int((wrong | (seen.cycles != build.cycles(trace))).sum())
    return found
