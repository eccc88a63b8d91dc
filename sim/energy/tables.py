"""The energy tables of a network on a set of beats: formula x activity, architectures, gate level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES, PricedEnergy, energy
from sparrow_ecg.sim.energy.operations import NEURONS, Activity, from_probes, mismatches, predict
from sparrow_ecg.sim.energy.technologies import PAPER_V1, Technology

LABELS = {
    "formula_x_activity": "1. Formula x activity: operations of this core at spatial-dataflow prices",
    "architectures": "2. Architectures: the same beats under three price lists, operations predicted",
    "gate_level": "3. Gate level: standard cells and toggles, pre-layout",
}
COUNTED, PREDICTED = "counted in the RTL", "predicted from spike counts; the RTL was not run"
NOT_MEASURED = {"status": "not measured in this folder, see `sparrow gatepower`"}


def energy_tables(
    network: Network,
    counts: np.ndarray,
    config: Serial,
    *,
    split: str,
    technology: Technology = PAPER_V1,
    counted: Mapping[str, Sequence[Mapping[str, int]]] | None = None,
    cycles: Mapping[str, float] | None = None,
    gate_level: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """JSON-ready tables, in pJ per beat, for integers ``counts[beats, inputs]``; no beats raise InputError.

    config:     the core; its ``neuron`` is set aside, as both are shown.
    counted:    what the RTL counted on the same beats: for "ssf" and/or "if", one mapping from the names in
                `operations.PROBES` to a count for each layer. An absent neuron is predicted, and says so.
    cycles:     cycles per beat that the RTL took, by neuron.
    gate_level: the table of gate-level energy, once it has been measured.
    """
    if not len(counts):
        raise InputError(f"no beats in split '{split}': give records that have some")
    counted, cycles = counted or {}, cycles or {}
    traces: dict[str, golden.Trace] = {neuron: golden.run(network, counts, neuron) for neuron in NEURONS}
    predicted = {
        n: predict(network, traces[n], neuron=n, zero_skip=config.zero_skip, lanes=config.lanes) for n in NEURONS
    }
    return {
        "network": network.name,
        "digest": network.digest,
        "shape": list(network.shape),
        "steps": network.steps,
        "split": split,
        "beats": len(counts),
        "core": {"lanes": config.lanes, "weights": config.weights, "zero_skip": config.zero_skip},
        "technology": technology.as_dict(),
        "input_density": {n: [float(np.mean(c != 0)) for c in traces[n].counts] for n in NEURONS},
        "cycles_per_beat": {
            n: {
                "analytic": float(replace(config, neuron=n).cycles(network, traces[n]).mean()),
                "rtl": cycles.get(n),
            }
            for n in NEURONS
        },
        "formula_x_activity": {
            "label": LABELS["formula_x_activity"],
            **{n: _of_core(network, predicted[n], counted.get(n), technology) for n in NEURONS},
        },
        "architectures": {
            "label": LABELS["architectures"],
            "rows": _architectures(network, traces, config.lanes, technology),
        },
        "gate_level": {"label": LABELS["gate_level"], **(gate_level or NOT_MEASURED)},
    }


def exact(tables: dict[str, Any]) -> bool:
    """Whether every activity that the RTL counted equals its prediction."""
    return not any(tables["formula_x_activity"][n]["mismatches"] for n in NEURONS)


def _of_core(
    network: Network, predicted: Activity, counted: Sequence[Mapping[str, int]] | None, technology: Technology
) -> dict[str, Any]:
    activity = predicted if counted is None else from_probes(counted, like=predicted)
    return {
        "source": PREDICTED if counted is None else COUNTED,
        "mismatches": None if counted is None else mismatches(predicted, activity),
        "operations": activity.as_dict(),
        "energy_pj_per_beat": _as_dict(energy(network, activity, technology, "spatial")),
    }


def _architectures(
    network: Network, traces: Mapping[str, golden.Trace], lanes: int, technology: Technology
) -> dict[str, dict[str, Any]]:
    """For each network style, its energy under each architecture.

    SSF hands on counts, so on one datapath a quantised ANN with the same counts does the same operations.
    """
    bits = network.steps.bit_length()  # ceil(log2(T + 1))
    rows = {
        "SNN, IF": predict(network, traces["if"], neuron="if", zero_skip=True, lanes=lanes),
        "SNN, SSF": (ssf := predict(network, traces["ssf"], zero_skip=True, lanes=lanes)),
        f"ANN, {bits}-bit activations": ssf,
        f"ANN, {bits}-bit, no zero skip": predict(network, traces["ssf"], zero_skip=False, lanes=lanes),
    }
    return {
        row: {arch: _as_dict(energy(network, activity, technology, arch)) for arch in ARCHITECTURES}
        for row, activity in rows.items()
    }


def _as_dict(figure: PricedEnergy) -> dict[str, Any]:
    return {
        "total": figure.total,
        "by_operation": figure.by_operation,
        "by_layer": list(figure.by_layer),
        "layers": list(figure.layers),
    }
