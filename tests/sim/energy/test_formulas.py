"""Energy of operations: by hand, and what must hold for every network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.network import golden
from sparrow_ecg.sim.energy.formulas import ARCHITECTURES, energy, widths
from sparrow_ecg.sim.energy.operations import NEURONS, predict
from sparrow_ecg.sim.energy.technologies import PAPER_V1, PAPER_V2, Constant
from tests.support.examples import examples

PRICES = ("add", "compare", "subtract", "multiply", "sram", "dram", "sparse_hop", "dense_hop")


def activity_of(network, counts, neuron, **core):
    trace = golden.run(network, counts, neuron)
    return predict(network, trace, neuron=neuron, **core)


def test_widths_by_hand(small):
    network, counts = small
    # layer 0: sums in -3..18 (6 bits signed), 2-bit counts; layer 1: sums in -2..7 (4 bits), counts to 3
    ssf0, ssf1 = (widths(network, activity_of(network, counts, "ssf"), k) for k in (0, 1))
    if0, if1 = (widths(network, activity_of(network, counts, "if"), k) for k in (0, 1))
    assert (ssf0.weight, ssf0.count, ssf0.event, ssf0.message) == (1, 2 / 8, 3 / 8, 3 / 8)
    assert (ssf0.potential, ssf0.state, if0.state) == (6 / 8, 6 / 8, 8 / 8)
    assert (ssf1.count, ssf1.event, ssf1.potential) == (2 / 8, 3 / 8, 4 / 8)
    assert (if1.count, if1.event, if1.fetch, if1.message) == (1 / 8, 4 / 8, 2 / 8, 1 / 8)


def test_spatial_by_hand(small):
    network, counts = small
    figure = energy(network, activity_of(network, counts, "ssf", lanes=2), PAPER_V1)
    assert figure.by_operation["weight_reads"] == pytest.approx(3 * 20)
    assert figure.by_operation["bias_reads"] == pytest.approx(2 * 20 * 6 / 8 + 20 * 4 / 8)
    assert figure.by_operation["multiplies"] == pytest.approx(3 * 0.2 * 2 / 8)
    assert figure.by_operation["adds"] == pytest.approx(0.03 * (2 * 6 + 4) / 8)
    assert figure.by_operation["compares"] == pytest.approx(0.03 * (2 * 6 + 4) / 8)
    assert figure.by_operation["activation_reads"] == pytest.approx(2 * 20 * 3 / 8)
    assert figure.by_operation["state_reads"] == figure.by_operation["dram"] == 0


def test_if_on_spatial_and_neuromorphic_by_hand(small):
    network, counts = small
    activity = activity_of(network, counts, "if", lanes=2)
    spatial = energy(network, activity, PAPER_V1)
    assert spatial.by_operation["adds"] == pytest.approx(0.03 * (2 * 6 + 6 * 8 + 2 * 4) / 8)
    assert spatial.by_operation["state_reads"] == pytest.approx(6 * 20 * 8 / 8)
    assert spatial.by_operation["subtracts"] == pytest.approx(2 * 0.03 * 8 / 8)
    noc = energy(network, activity, PAPER_V1, "neuromorphic")
    # one message of index and count to layer 0, two spikes of one address bit to layer 1
    assert noc.by_operation["hops"] == pytest.approx(10 * (1 * 3 + 2 * 1) / 8)
    assert noc.by_operation["state_reads"] == pytest.approx(20 * (6 * 8 + 2 * 6 + 2 * 4) / 8)


def test_classical_by_hand(small):
    network, counts = small
    figure = energy(network, activity_of(network, counts, "ssf"), PAPER_V1, "classical")
    assert figure.by_operation["activation_reads"] == pytest.approx(3 * 20 * 2 / 8)
    assert figure.by_operation["state_writes"] == pytest.approx(20 * (2 * 6 + 4) / 8)
    assert figure.by_operation["dram"] == pytest.approx(6 * 2020 / 216)
    spiking = energy(network, activity_of(network, counts, "if"), PAPER_V1, "classical")
    assert spiking.by_operation["dram"] == pytest.approx((4 + 2 * 2 * 3 / 4) * 2020 / 216)


def test_a_layer_wider_than_a_core_is_reached_by_more_hops(small):
    network, counts = small
    activity = activity_of(network, counts, "ssf")
    one, two = (
        energy(network, activity, replace(PAPER_V1, neurons_per_core=Constant(n, "test")), "neuromorphic")
        for n in (2, 1)
    )
    assert [two.layers[k]["hops"] / one.layers[k]["hops"] for k in (0, 1)] == [2, 1]


@examples(60)
@given(
    st.integers(0, 10**6),
    st.sampled_from(NEURONS),
    st.sampled_from(ARCHITECTURES),
    st.sampled_from([PAPER_V1, PAPER_V2]),
)
def test_linear_in_prices_and_sums_agree(random_case, seed, neuron, architecture, technology):
    network, counts = random_case(seed)
    activity = activity_of(network, counts, neuron)
    once = energy(network, activity, technology, architecture)
    double = replace(technology, **{name: Constant(2 * getattr(technology, name).value, "twice") for name in PRICES})
    assert energy(network, activity, double, architecture).total == pytest.approx(2 * once.total)
    assert sum(once.by_layer) == pytest.approx(sum(once.by_operation.values()))
    assert all(pj >= 0 for layer in once.layers for pj in layer.values())
    assert len(once.layers) == len(network.layers)


@examples(30)
@given(st.integers(0, 10**6), st.sampled_from(NEURONS), st.sampled_from(ARCHITECTURES))
def test_energy_is_per_beat(random_case, seed, neuron, architecture):
    network, counts = random_case(seed)
    thrice = counts.repeat(3, axis=0)
    one, three = (activity_of(network, c, neuron) for c in (counts, thrice))
    totals = [energy(network, activity, PAPER_V1, architecture).total for activity in (one, three)]
    assert totals[1] == pytest.approx(totals[0])


def test_unknown_architecture(small):
    network, counts = small
    with pytest.raises(ValueError, match="spatial, neuromorphic, classical"):
        energy(network, activity_of(network, counts, "ssf"), PAPER_V1, "quantum")
