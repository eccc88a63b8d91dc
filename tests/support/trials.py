"""What the study of tradeoffs finds, of networks that nobody trained."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.studies.point import Measurement
from sparrow_ecg.sim.studies.tradeoffs import Grid, Tradeoffs, Trained
from tests.support.results import result

GRID = Grid((1, 3), (2, 4), 2, trees=((3, 4),), serial=())


def network(seed: int, steps: int = 3, weight_bits: int = 4) -> Network:
    made = random_network(np.random.default_rng(seed), (6, 5, 4, 3), steps=steps, weight_bits=weight_bits, input_bits=2)
    return replace(made, name=f"drawn {seed}", provenance={"split": "intra", "seed": seed})


def trial(validation: float, test: float, energy: float = 1.0) -> dict[str, Any]:
    """As of `evaluate`."""
    accuracy = {"ssf": test, "if": test - 0.02, "if_spread": test - 0.01}
    layers = {"ssf": {"1": 4.0, "2": 3.0}, "if": {"1": 4.0, "2": 3.5}}
    halves = {"ssf": {"1": 0.5, "2": 0.5}, "if": {"1": 0.5, "2": 0.4}}
    return {
        "accuracy": {"validation": {"ssf": validation}, "test": accuracy},
        "lost": {"if": 0.02, "if_spread": 0.01},
        "order": {"counts": 0.1, "more": 0.1, "less": 0.1, "classes": 0.03},
        "spikes": layers,
        "sparsity": halves,
        "zeros": halves,
        "operations": {style: {"adds": 10.0} for style in ("if", "ssf", "dense")},
        "energy_pj": {
            name: {
                style: dict.fromkeys(ARCHITECTURES, energy * (2 if style == "if" else 1))
                for style in ("if", "ssf", "dense")
            }
            for name in TECHNOLOGIES
        },
        "breakeven": dict.fromkeys(TECHNOLOGIES, 0.9),
    }


def cell(*trials: dict[str, Any], steps: int = 3, weight_bits: int = 4) -> Trained:
    return Trained(tuple(network(seed, steps, weight_bits) for seed in range(len(trials))), trials)


CELLS = {  # good and dear; best in the test alone; good and cheap; bad and cheapest
    (1, 2): cell(trial(0.980, 0.97, 5.0), trial(0.982, 0.97, 5.0), steps=1, weight_bits=2),
    (1, 4): cell(trial(0.970, 0.99, 2.0), trial(0.972, 0.99, 2.0), steps=1),
    (3, 2): cell(trial(0.979, 0.96, 3.0), trial(0.982, 0.96, 3.0), weight_bits=2),
    (3, 4): cell(trial(0.950, 0.95, 1.0), trial(0.951, 0.95, 1.0)),
}
GATES = (
    result(0.98, 0.2, 4e4, steps=3, weight_bits=4) | {"label": "a core", "energy_without_glitches_nj": 0.1},
    result(0.97, 0.4, 4e4, steps=1, weight_bits=4) | {"label": "another", "energy_without_glitches_nj": 0.3},
)
FOUND = Tradeoffs(GRID, Measurement(), CELLS, {"drawn": CELLS[3, 4]}, GATES, ())
