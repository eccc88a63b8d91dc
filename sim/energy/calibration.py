"""Formulas calibrated on gates: the technology table whose prices best explain what gate-level runs measured.

An observation is the energy of one group of blocks in one part of a beat (taking inputs, or a layer). What the formulas
say of the same part is linear in the constants of a table, so non-negative least squares finds them. Blocks tell apart
what operation counts cannot: each group of blocks may be explained by some constants only (`GROUPS`), and a constant of
the table is the sum of what all groups say of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from sparrow_ecg.hw.ports import Block
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.energy.formulas import PricedEnergy, energy
from sparrow_ecg.sim.energy.operations import Activity, Operations
from sparrow_ecg.sim.energy.technologies import CONSTANTS, OPTIONAL, PAPER_V1, Constant, Technology

GROUPS: dict[str, dict[str, tuple[str, ...]]] = {  # group -> kind of energy -> constants
    "weights": {"logic": ("weight", "dense_hop", "table"), "clock": ("dense_hop", "cycle")},  # an event selects a word
    "lanes": {"logic": ("multiply", "add", "compare", "subtract", "state"), "clock": ("add", "state", "cycle")},
    "activations": {"logic": ("sram",), "clock": ("sram", "cycle")},
    "firing": {"logic": ("compare",), "clock": ("compare", "cycle")},
    "control": {"logic": ("dense_hop", "cycle"), "clock": ("dense_hop", "cycle")},
}
FITTED = tuple(dict.fromkeys(c for kinds in GROUPS.values() for constants in kinds.values() for c in constants))
OPERATIONS = {  # of the formulas, by the group that they are to explain
    "weights": ("weight_reads", "bias_reads", "tables"),
    "lanes": ("multiplies", "adds", "subtracts", "state_reads", "state_writes"),
    "activations": ("activation_reads", "activation_writes"),
    "firing": ("compares",),
    "control": ("hops", "cycles"),
}


GROUP = {
    Block.TABLES: "weights",
    Block.LANES: "lanes",
    Block.ACTIVATIONS: "activations",
    Block.FIRING: "firing",
    Block.CONTROL: "control",
}
AROUND = ("top", "clock")  # what is in no block of a netlist: the core's own logic, and the estimated clock tree


def group(block: str, blocks: Mapping[str, Block]) -> str:
    """The group of a block of a netlist. blocks: of the core. Raises KeyError for one that the core does not have."""
    return "control" if block in AROUND else GROUP[blocks[block]]


@dataclass(frozen=True, eq=False)
class Observation:
    """A design at gate level, and its operations on the same beats.

    parts: pJ per beat of each group and kind (``lanes.logic``), while taking inputs and then in each layer.
    """

    name: str
    network: Network
    activity: Activity
    parts: tuple[Mapping[str, float], ...]

    @property
    def total(self) -> float:
        return sum(sum(part.values()) for part in self.parts)


@dataclass(frozen=True, eq=False)
class Fit:
    """What least squares found.

    groups:   pJ of the constants that may explain each name of `Observation.parts`.
    residual: root mean square, over observations, of the relative error of the energy of a beat; worst: the largest.
    """

    groups: Mapping[str, Mapping[str, float]]
    residual: float
    worst: float

    @property
    def constants(self) -> dict[str, float]:
        return {name: sum(group.get(name, 0.0) for group in self.groups.values()) for name in FITTED}


def unit(constant: str) -> Technology:
    """A table in which only this constant costs anything, 1 pJ."""
    free = {name: Constant(0.0, "unit") for name in (*CONSTANTS, *OPTIONAL)}
    kept = {name: getattr(PAPER_V1, name) for name in ("dram_reuse", "neurons_per_core")}
    return Technology(name=constant, **{**free, **kept, constant: Constant(1.0, "unit")})


def design_matrix(network: Network, activity: Activity) -> dict[str, np.ndarray]:
    """What 1 pJ of each constant costs per beat in each part of a beat: float[1 + layers], by constant.

    A layer's inputs are written before it begins: by the part before. So are the cycles that take them.
    """
    found = {}
    for constant in FITTED:
        price = unit(constant)
        whole = _layers(energy(network, activity, price))
        writes, none = (_layers(energy(network, of(activity), price)) for of in (_writes, _nothing))
        writes = writes - none
        parts = np.concatenate([[0.0], whole - writes]) + np.concatenate([writes, [0.0]])
        if constant == "cycle":
            parts[:2] += [network.inputs, -network.inputs]
        found[constant] = parts
    return found


def _layers(figure: PricedEnergy) -> np.ndarray:
    return np.array(figure.by_layer)


def _writes(activity: Activity) -> Activity:
    layers = tuple(Operations(activation_writes=layer.activation_writes) for layer in activity.layers)
    return replace(activity, layers=layers)


def _nothing(activity: Activity) -> Activity:
    return replace(activity, layers=tuple(Operations() for _ in activity.layers))


def fit(observations: Sequence[Observation]) -> Fit:
    """Non-negative least squares, group by group; every design weighs the same."""
    from scipy.optimize import nnls

    matrices = [design_matrix(o.network, o.activity) for o in observations]
    weights = np.concatenate([np.full(len(o.parts), 1 / o.total) for o in observations])
    groups = {}
    for name, constants in _explained():
        rows = np.array([[m[c][p] for c in constants] for m in matrices for p in range(len(next(iter(m.values()))))])
        measured = np.array([part.get(name, 0.0) for o in observations for part in o.parts])
        solution, _ = nnls(rows * weights[:, None], measured * weights)
        groups[name] = dict(zip(constants, solution.tolist(), strict=True))
    found = Fit(groups, 0.0, 0.0)
    errors = relative_errors(found.constants, observations)
    return replace(found, residual=float(np.sqrt(np.mean(errors**2))), worst=float(np.abs(errors).max()))


def _explained() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names as those of `Observation.parts`, and the constants that may explain each."""
    for name, kinds in GROUPS.items():
        for kind, constants in kinds.items():
            yield f"{name}.{kind}", constants


def predict_total(constants: Mapping[str, float], observation: Observation) -> float:
    """pJ of a beat by the formulas."""
    matrix = design_matrix(observation.network, observation.activity)
    return float(sum(value * matrix[name].sum() for name, value in constants.items()))


def relative_errors(constants: Mapping[str, float], observations: Sequence[Observation]) -> np.ndarray:
    """Of the energy of a beat: float[observations], formula less gate level, over gate level."""
    return np.array([predict_total(constants, o) / o.total - 1 for o in observations])


def left_out(observations: Sequence[Observation]) -> np.ndarray:
    """The relative error of each design by a fit to all others."""
    rest = [[o for o in observations if o is not out] for out in observations]
    return np.array(
        [relative_errors(fit(others).constants, [out])[0] for others, out in zip(rest, observations, strict=True)]
    )


def scale(constants: Mapping[str, float], observations: Sequence[Observation]) -> float:
    """The factor on all constants that best explains these designs, relative errors being what counts."""
    ratios = np.array([predict_total(constants, o) / o.total for o in observations])
    return float(ratios.sum() / (ratios**2).sum())


def technology(name: str, constants: Mapping[str, float], source: str) -> Technology:
    """A whole table: what was not fitted is of `PAPER_V1`, and says so."""
    given = {constant: Constant(value, source) for constant, value in constants.items()}
    others = {c: replace(getattr(PAPER_V1, c), source=f"not fitted; {getattr(PAPER_V1, c).source}") for c in CONSTANTS}
    return Technology(name=name, **{**others, **given})


def by_group(figure: PricedEnergy) -> dict[str, float]:
    """pJ per beat of the formulas' operations, by the group that they stand for."""
    by_operation = figure.by_operation
    return {name: sum(by_operation[operation] for operation in names) for name, names in OPERATIONS.items()}


def gates_by_group(observation: Observation) -> dict[str, float]:
    """pJ per beat that were measured, by group."""
    return {
        group: sum(part.get(f"{group}.{kind}", 0.0) for part in observation.parts for kind in kinds)
        for group, kinds in GROUPS.items()
    }


def fitted_by_group(fit: Fit, observation: Observation) -> dict[str, float]:
    """pJ per beat by each group's own prices."""
    matrix = design_matrix(observation.network, observation.activity)
    return {
        group: float(sum(v * matrix[c].sum() for kind in kinds for c, v in fit.groups[f"{group}.{kind}"].items()))
        for group, kinds in GROUPS.items()
    }


def observation(
    name: str, network: Network, activity: dict[str, Any], parts: Sequence[Mapping[str, float]]
) -> Observation:
    """From JSON: an activity as `Activity.as_dict` gives it."""
    names = {field.name for field in fields(Operations)}
    layers = tuple(Operations(**{k: v for k, v in layer.items() if k in names}) for layer in activity["layers"])
    kept = {key: activity[key] for key in ("neuron", "zero_skip", "lanes", "beats")}
    return Observation(name, network, Activity(**kept, layers=layers), tuple(parts))
