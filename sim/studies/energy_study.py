"""When is an SNN worth its energy? Measured networks beside the break-even lines, by formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from statistics import fmean
from typing import Any

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.report import spread
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.testset import Heartbeats
from sparrow_ecg.sim.energy import breakeven, graph
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES, energy
from sparrow_ecg.sim.energy.graph import LayerWork
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.energy.technologies import Technology

STEPS = breakeven.PUBLISHED_STEPS
IF, SSF, DENSE = KINDS = ("SNN, IF", "SNN, SSF = ANN", "ANN, no zero skip")


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


def position(layers: Sequence[LayerWork], steps: int, technology: Technology) -> dict[str, Any]:
    """On which side a network lies, JSON-ready. Raises InputError where spikes go from no layer to another.

    density:  share of products behind the first layer that are not with zero: the ANN's, and SSF's weight reads.
    sparsity: share of synapses behind it that a step of IF leaves alone.
    fan_in:   of them, how many there are for each neuron that fires.
    needed:   the break-even sparsity of its own T, density and fan-in, by architecture. In the spatial form IF takes
              less than the ANN that skips zeros just where sparsity is above it (`graph.spatial`).
    """
    if len(layers) < 2:
        raise InputError("a network of one layer has no spikes between layers: choose one with hidden neurons")
    own = {"density": graph.density(layers), "fan_in": graph.fan_in(layers)}
    hops = breakeven.mesh_hops([max(layer.neurons, 1) for layer in layers], int(technology.neurons_per_core.value))
    needed = {name: form(steps, technology, **own) for name, form in breakeven.FORMULAS.items()}
    needed["neuromorphic"] = breakeven.neuromorphic(steps, technology, **own, hops=hops)
    return {**own, "sparsity": graph.sparsity(layers), "needed": needed}


def of_beats(network: Network, hearts: Heartbeats, technology: Technology) -> dict[str, Any]:
    """A network of heartbeats, JSON-ready: `position`, and

    accuracy: share of test beats that IF and SSF have right.
    pj:       energy of a beat for IF, SSF (= the ANN of as many levels), and the ANN without zero skip, by architecture
              and operation.
    """
    traces = {neuron: golden.run(network, hearts.counts, neuron) for neuron in golden.NEURONS}
    layers = [
        LayerWork(
            str(k),
            layer.weights.size,
            float((traces["ssf"].counts[k] > 0).mean()),
            float(traces["if"].counts[k].mean() / network.steps),
            layer.outputs if layer.firing else 0,
        )
        for k, layer in enumerate(network.layers)
    ]
    activities = {
        IF: predict(network, traces["if"], neuron="if", lanes=16),
        SSF: predict(network, traces["ssf"], lanes=16),
        DENSE: predict(network, traces["ssf"], zero_skip=False, lanes=16),
    }
    return {
        "data": "ECG",
        "network": network.name,
        "digest": network.digest,
        "split": hearts.split,
        "examples": len(hearts.counts),
        "steps": network.steps,
        **position(layers, network.steps, technology),
        "accuracy": {
            kind: float((trace.classes == hearts.beats.label).mean())
            for kind, trace in ((IF, traces["if"]), (SSF, traces["ssf"]))
        },
        "pj": {
            kind: {arch: energy(network, activity, technology, arch).by_operation for arch in ARCHITECTURES}
            for kind, activity in activities.items()
        },
    }


def of_pictures(found: Mapping[str, Any], technology: Technology) -> Iterator[dict[str, Any]]:
    """Networks of pictures of each method and seed, in the form of `of_beats`, from what `sparrow methods` left.

    Energy is that of the spatial form alone; accuracy that on the pictures which were simulated, of SSF, too.
    """
    for method, row in found["methods"].items():
        for k, (seed, steps) in enumerate(zip(row["seeds"], row["steps"], strict=True)):
            layers = [
                LayerWork(name, each["macs"], each["active"]["each"][k], each["spiking"]["each"][k], each["neurons"])
                for name, each in row["layers"].items()
            ]
            pj = graph.by_operation(layers, steps, technology)
            yield {
                "data": found["dataset"],
                "network": method,
                "seed": seed,
                "examples": row["simulated"],
                "steps": steps,
                **position(layers, steps, technology),
                "accuracy": {IF: row["if"]["each"][k], SSF: row["ssf"]["each"][k]},
                "pj": {
                    kind: {"spatial": pj[name]} for kind, name in zip(KINDS, ("if", "cnn_skip", "cnn"), strict=True)
                },
            }


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By data and name of the networks, JSON-ready: means over seeds of what rows of `of_beats` and `of_pictures` hold.

    wins:     architectures on which IF takes less than the ANN that skips zeros, with any seed.
    accuracy: mean, deviation and each seed's, of IF and of SSF.
    nj:       of a beat or picture, spatial, by `KINDS` and operation; ``total_nj``: by kind alone.
    """
    found = {}
    for name, group in groupby(rows, lambda row: f"{row['data']} {row['network']}"):
        each = list(group)
        found[name] = {
            "seeds": len(each),
            "steps": sorted({row["steps"] for row in each}),
            **{key: fmean(row[key] for row in each) for key in ("density", "sparsity")},
            "needed": {arch: fmean(row["needed"][arch] for row in each) for arch in ARCHITECTURES},
            "wins": [arch for arch in ARCHITECTURES if any(row["sparsity"] > row["needed"][arch] for row in each)],
            "accuracy": {kind: spread([row["accuracy"][kind] for row in each]) for kind in (IF, SSF)},
            "nj": {
                kind: {name: fmean(row["pj"][kind]["spatial"][name] for row in each) / 1e3 for name in taken["spatial"]}
                for kind, taken in each[0]["pj"].items()
            },
            "total_nj": {kind: fmean(sum(row["pj"][kind]["spatial"].values()) for row in each) / 1e3 for kind in KINDS},
        }
    return found
