"""Where a network lies beside the break-even lines, counted again another way."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.energy.breakeven import spatial
from sparrow_ecg.sim.energy.technologies import PAPER_V1, PAPER_V2
from sparrow_ecg.sim.report.energy_study import break_even, energies, picture, places
from sparrow_ecg.sim.studies.energy_study import lines, place


@pytest.fixture(scope="module")
def placed():
    rng = np.random.default_rng(3)
    network = random_network(rng, shape=(9, 7, 5, 4), steps=7)
    counts = random_beats(rng, network, 40)
    return network, counts, place(network, SimpleNamespace(counts=counts, split="drawn"), PAPER_V1)


def test_densities_are_those_of_the_golden_model(placed):
    network, counts, row = placed
    ssf, spiking = (golden.run(network, counts, neuron) for neuron in ("ssf", "if"))
    sizes = [count.size for count in ssf.counts[1:]]
    assert row["density"] == pytest.approx(sum((count > 0).sum() for count in ssf.counts[1:]) / sum(sizes))
    assert row["sparsity"] == pytest.approx(1 - sum(count.sum() for count in spiking.counts[1:]) / sum(sizes) / 7)
    assert row["fan_in"] == (7 * 5 + 5 * 4) / 9
    assert row["needed"]["spatial"] == spatial(7, PAPER_V1, row["density"], row["fan_in"])


def test_zeros_that_are_multiplied_cost(placed):
    taken = {kind: sum(each["spatial"].values()) for kind, each in placed[2]["pj"].items()}
    assert taken["SNN, SSF = ANN"] <= taken["ANN, no zero skip"]


@pytest.mark.parametrize("prices", [PAPER_V1, PAPER_V2], ids=lambda each: each.name)
def test_it_can_be_shown(placed, prices):
    found = {"technology": prices.name, "break_even": lines(prices), "networks": [placed[2]]}
    json.dumps(found, allow_nan=False)
    assert break_even(found).row_count == 11
    assert places(found).row_count == energies(found).row_count == 1
    assert picture(found).startswith(b"\x89PNG")
