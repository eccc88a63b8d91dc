"""One network as SNN and as ANN: figures against the golden model, and what must be equal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg.beats import CLASSES
from sparrow_ecg.model.training.recipes import RECIPES
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.studies.hearts import test_beats as beats_of
from sparrow_ecg.sim.studies.trial import Trial, _order, evaluate


def drawn(steps: int) -> Network:
    """Of `tiny`'s inputs, with two hidden layers."""
    encoding = RECIPES["tiny"].encoding
    shape = (encoding.inputs, 14, 8, len(CLASSES))
    made = random_network(np.random.default_rng(3), shape, steps=steps, weight_bits=5, input_bits=encoding.input_bits)
    return replace(made, name="drawn", encoding=encoding, classes=CLASSES, provenance={"split": "intra", "seed": 0})


@pytest.mark.parametrize("steps", [1, 7])
def test_figures_of_a_network(steps: int, synthetic_root: Path) -> None:
    network = drawn(steps)
    found = evaluate(Trial(network), synthetic_root)
    test = beats_of(synthetic_root, "intra", network)
    ssf, by_step = golden.run(network, test.counts), golden.run(network, test.counts, "if")
    right = found["accuracy"]["test"]
    assert right["ssf"] == (ssf.classes == test.beats.label).mean()
    assert right["if"] == (by_step.classes == test.beats.label).mean()
    assert found["lost"] == {name: right["ssf"] - right[name] for name in ("if", "if_spread")}
    assert found["spikes"]["if"] == {
        str(k): counts.sum() / len(test.counts) for k, counts in enumerate(by_step.counts[1:], 1)
    }
    assert found["sparsity"]["ssf"]["1"] == pytest.approx(1 - found["spikes"]["ssf"]["1"] / steps / 14)
    assert found["operations"]["dense"]["weight_reads"] == network.synapses
    assert found["operations"]["ssf"]["weight_reads"] < network.synapses
    assert found["operations"]["if"]["spikes"] == pytest.approx(sum(found["spikes"]["if"].values()))
    assert set(found["energy_pj"]) == set(found["breakeven"]) == set(TECHNOLOGIES)
    assert (found["order"]["counts"] > 0) == (steps > 1)
    if steps == 1:  # there is no order in one step
        assert right["if"] == right["ssf"] == right["if_spread"]


def test_order_counts_spikes_too_many_and_too_few() -> None:
    def trace(last: list[list[int]], outputs: list[list[int]]) -> golden.Trace:
        counts = (np.zeros((2, 3)), np.zeros((2, 2)), np.array(last))
        return golden.Trace(counts, (np.array(outputs),))

    once, stepped = trace([[1, 2], [3, 0]], [[1, 0], [1, 0]]), trace([[1, 4], [0, 0]], [[0, 1], [1, 0]])
    assert _order(once, stepped) == {"counts": 0.5, "more": 0.5, "less": 0.75, "classes": 0.5}


def test_a_trial_is_known_by_what_it_computes_and_its_seed() -> None:
    network = drawn(3)
    assert Trial(network).key == Trial(replace(network, name="other")).key
    assert Trial(network).key != Trial(drawn(7)).key
    assert Trial(network).key != Trial(replace(network, provenance={"split": "intra", "seed": 1})).key
