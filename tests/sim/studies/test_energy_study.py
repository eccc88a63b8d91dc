"""Where a network lies beside the break-even lines, counted again another way."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.methods.report import spread
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.energy.breakeven import spatial
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES
from sparrow_ecg.sim.energy.graph import LayerWork
from sparrow_ecg.sim.energy.graph import spatial as taken
from sparrow_ecg.sim.energy.technologies import PAPER_V1, PAPER_V2
from sparrow_ecg.sim.report.energy_study import break_even, energies, places, verdict
from sparrow_ecg.sim.report.energy_study_picture import draw
from sparrow_ecg.sim.studies.energy_study import DENSE, IF, SSF, lines, of_beats, of_pictures, position, summary

SHARE = st.floats(0.01, 1)
LAYER = st.builds(LayerWork, st.just(""), st.integers(1, 10**6), SHARE, SHARE, st.integers(1, 10**4))


@pytest.fixture(scope="module")
def placed():
    rng = np.random.default_rng(3)
    network = random_network(rng, shape=(9, 7, 5, 4), steps=7)
    counts = random_beats(rng, network, 40)
    hearts = SimpleNamespace(counts=counts, split="drawn", beats=SimpleNamespace(label=np.zeros(40, np.int64)))
    return network, counts, of_beats(network, hearts, PAPER_V1) | {"seed": 0}


def pictures(*spiking: float) -> dict:
    """A result of `sparrow methods`, of as many seeds: two layers of 100 and 1,000 products."""
    seeds = list(range(len(spiking)))
    half, quarter, most = (spread([share] * len(seeds)) for share in (0.5, 0.25, 0.75))
    layer = {"macs": 100, "neurons": 10, "active": half, "spiking": half}
    last = {"macs": 1000, "neurons": 0, "active": quarter, "spiking": spread(list(spiking))}
    right = {"if": half, "ssf": most}
    row = {"seeds": seeds, "steps": [4] * len(seeds), "simulated": 7, "layers": {"a": layer, "b": last}, **right}
    return {"dataset": "mnist", "methods": {"cq": row}}


def test_densities_are_those_of_the_golden_model(placed):
    """A synapse at a time: each of a layer's counts is seen by all neurons of the next."""
    network, counts, row = placed
    ssf, spiking = (golden.run(network, counts, neuron) for neuron in ("ssf", "if"))
    behind = network.layers[1:]
    seen = sum((count > 0).sum() * layer.outputs for count, layer in zip(ssf.counts[1:], behind, strict=True))
    steps = sum(count.sum() * layer.outputs for count, layer in zip(spiking.counts[1:], behind, strict=True))
    synapses = 7 * 5 + 5 * 4
    assert row["density"] == pytest.approx(seen / synapses / 40)
    assert row["sparsity"] == pytest.approx(1 - steps / synapses / 40 / 7)
    assert row["fan_in"] == synapses / (7 + 5)
    assert row["needed"]["spatial"] == pytest.approx(spatial(7, PAPER_V1, row["density"], row["fan_in"]))
    assert row["accuracy"][SSF] == (ssf.classes == 0).mean()


@given(st.lists(LAYER, min_size=2, max_size=4), st.integers(1, 64), st.sampled_from([PAPER_V1, PAPER_V2]))
def test_if_takes_less_just_where_it_is_sparser_than_needed(layers, steps, technology):
    found, pj = position(layers, steps, technology), taken(layers, steps, technology)
    beyond, saved = found["sparsity"] - found["needed"]["spatial"], pj["cnn_skip"] - pj["if"]
    synapses = sum(layer.macs for layer in layers[1:])
    each = (technology.sram.value + technology.add.value) * steps  # of a synapse that spikes in every step
    assert beyond * synapses * each == pytest.approx(saved, rel=1e-6, abs=1e-9 * pj["if"])


def test_without_spikes_between_layers_there_is_nothing_to_place():
    with pytest.raises(InputError, match="one layer"):
        position([LayerWork("", 1, 1.0, 1.0, 0)], 1, PAPER_V1)


def test_pictures_are_placed_by_what_their_layers_did():
    first, second = of_pictures(pictures(0.125, 0.375), PAPER_V1)
    assert (first["seed"], second["seed"], first["steps"], first["fan_in"]) == (0, 1, 4, 100)
    assert (first["density"], first["sparsity"], second["sparsity"]) == (0.25, 0.875, 0.625)
    assert first["accuracy"] == {IF: 0.5, SSF: 0.75}
    assert sum(first["pj"][DENSE]["spatial"].values()) == pytest.approx(1100 * 20.23)
    assert sum(first["pj"][IF]["spatial"].values()) == pytest.approx(50 * 20.23 + 500 * 20.03 + 10 * 4 * 40.06)


def test_summaries_are_means_of_seeds():
    found = summary(list(of_pictures(pictures(0.0, 0.5), PAPER_V1)))["mnist cq"]
    assert (found["seeds"], found["steps"], found["sparsity"]) == (2, [4], 0.75)
    assert found["wins"] == list(ARCHITECTURES)  # with the seed that never spikes
    assert found["total_nj"][IF] == pytest.approx((50 * 20.23 + 1000 * 20.03 + 40 * 40.06) / 1e3)
    assert found["accuracy"][SSF] == spread([0.75, 0.75])


@pytest.mark.parametrize("prices", [PAPER_V1, PAPER_V2], ids=lambda each: each.name)
def test_it_can_be_shown(placed, prices):
    rows = [placed[2], *of_pictures(pictures(0.0, 0.5), prices)]
    found = {"technology": prices.name, "break_even": lines(prices), "networks": rows, "summary": summary(rows)}
    json.dumps(found, allow_nan=False)
    assert break_even(found).row_count == 11
    assert places(found).row_count == energies(found).row_count == 2
    assert "in 1 of 2 networks: mnist cq" in verdict(found)
    assert draw(found).startswith(b"\x89PNG")
