"""Predicted operations: by hand, and against a step-by-step walk through the core's schedule."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.sim.energy.operations import COUNTERS, NEURONS, PROBES, Operations, from_probes, mismatches, predict
from tests.support.examples import examples

SEEDS = st.integers(0, 10**6)


def walk(network: Network, counts: np.ndarray, neuron: str, zero_skip: bool, lanes: int) -> tuple[Operations, ...]:
    """Do what the core does, one strobe at a time, and count. Independent of the golden model."""
    tally = [Counter() for _ in network.layers]
    for beat in counts:
        values = [int(n) for n in beat]  # counts, or spike trains as integers behind the first layer of IF
        for k, layer in enumerate(network.layers):
            here, spiking = tally[k], neuron == "if" and k > 0
            events = [(j, value) for j, value in enumerate(values) if value or not zero_skip]
            here["activation_writes"] += len(events)
            results = []
            for first in range(0, layer.outputs, lanes):
                neurons = range(first, min(first + lanes, layer.outputs))
                potentials = {i: int(layer.biases[i]) for i in neurons}
                trains = dict.fromkeys(neurons, 0)
                here["bias_reads"] += len(neurons)
                for t in range(network.steps if spiking else 1):
                    here["state_reads"] += len(neurons) if spiking and layer.firing else 0
                    for j, value in events:
                        here["activation_reads"] += 1
                        if spiking and zero_skip and not value >> t & 1:
                            continue
                        for i in neurons:
                            here["weight_reads"] += 1
                            here["adds"] += 1
                            here["multiplies"] += not spiking
                            potentials[i] += int(layer.weights[i, j]) * (value >> t & 1 if spiking else value)
                    for i in neurons if spiking and layer.firing else ():
                        here["compares"] += 1
                        here["state_writes"] += 1
                        if potentials[i] >= 1 << layer.firing.threshold_log2:
                            here["subtracts"] += 1
                            potentials[i] -= 1 << layer.firing.threshold_log2
                            trains[i] |= 1 << t
                for i in neurons:
                    if not layer.firing:
                        here["compares"] += 1
                    elif neuron == "ssf":
                        here["compares"] += 1
                        quotient = potentials[i] >> layer.firing.threshold_log2
                        results.append(min(max(quotient, 0), network.steps))
                        here["spikes"] += results[-1]
                    else:
                        residue = 0
                        for t in range(network.steps if k == 0 else 0):
                            for name in ("state_reads", "adds", "compares", "state_writes"):
                                here[name] += 1
                            residue += potentials[i]
                            if residue >= network.steps << layer.firing.threshold_log2:
                                here["subtracts"] += 1
                                residue -= network.steps << layer.firing.threshold_log2
                                trains[i] |= 1 << t
                        results.append(trains[i])
                        here["spikes"] += trains[i].bit_count()
            values = results
    return tuple(Operations(**row) for row in tally)


def test_ssf_by_hand(small):
    # N = (9, -3), counts (9 >> 2, 0) = (2, 0): one input event, one hidden event
    network, counts = small
    activity = predict(network, golden.run(network, counts), lanes=2)
    assert activity.layers[0] == Operations(
        weight_reads=2,
        bias_reads=2,
        multiplies=2,
        adds=2,
        compares=2,
        activation_reads=1,
        activation_writes=1,
        spikes=2,
    )
    assert activity.layers[1] == Operations(
        weight_reads=1,
        bias_reads=1,
        multiplies=1,
        adds=1,
        compares=1,
        activation_reads=1,
        activation_writes=1,
    )
    assert activity.total.weight_reads == 3
    assert activity.total.hops == 4


def test_if_by_hand(small):
    # residues of neuron 0 at threshold 12: 9, 18 -> spike 6, 15 -> spike 3: two spikes, read one by one
    network, counts = small
    activity = predict(network, golden.run(network, counts, "if"), neuron="if", lanes=2)
    assert activity.layers[0] == Operations(
        weight_reads=2,
        bias_reads=2,
        multiplies=2,
        adds=2 + 3 * 2,
        compares=6,
        subtracts=2,
        state_reads=6,
        state_writes=6,
        activation_reads=1,
        activation_writes=1,
        spikes=2,
    )
    assert activity.layers[1] == Operations(
        weight_reads=2, bias_reads=1, adds=2, compares=1, activation_reads=3, activation_writes=1
    )


@examples(150)
@given(SEEDS, st.sampled_from(NEURONS), st.booleans(), st.integers(1, 9))
def test_prediction_equals_the_schedule(random_case, seed, neuron, zero_skip, lanes):
    network, counts = random_case(seed)
    trace = golden.run(network, counts, neuron)
    predicted = predict(network, trace, neuron=neuron, zero_skip=zero_skip, lanes=lanes)
    walked = replace(predicted, layers=walk(network, counts, neuron, zero_skip, lanes))
    assert mismatches(predicted, walked) == []


@given(SEEDS, st.booleans())
def test_ssf_reads_no_more_weights_than_if(random_case, seed, zero_skip):
    """Where both see the same counts, which the first two layers always do; without zero skip, everywhere."""
    network, counts = random_case(seed)
    s, i = (predict(network, golden.run(network, counts, n), neuron=n, zero_skip=zero_skip) for n in NEURONS)
    same = 2 if zero_skip else len(network.layers)
    for few, many in list(zip(s.layers, i.layers, strict=True))[:same]:
        assert few.weight_reads <= many.weight_reads


@examples(50)
@given(SEEDS)
def test_one_step_reads_each_weight_once_in_both(random_case, seed):
    network, counts = random_case(seed, steps=1)
    s, i = (predict(network, golden.run(network, counts, n), neuron=n) for n in NEURONS)
    assert [k.weight_reads for k in s.layers] == [k.weight_reads for k in i.layers]


@examples(50)
@given(SEEDS, st.sampled_from(NEURONS))
def test_zero_skip_saves_and_layers_sum_to_the_total(random_case, seed, neuron):
    network, counts = random_case(seed)
    trace = golden.run(network, counts, neuron)
    skipping, all_read = (predict(network, trace, neuron=neuron, zero_skip=z) for z in (True, False))
    for name in COUNTERS:
        assert getattr(skipping.total, name) <= getattr(all_read.total, name)
        assert getattr(skipping.total, name) == sum(getattr(layer, name) for layer in skipping.layers)


def test_a_miscount_is_named(small):
    network, counts = small
    predicted = predict(network, golden.run(network, counts))
    first, second = predicted.layers
    wrong = replace(predicted, layers=(first, replace(second, weight_reads=2)))
    assert mismatches(predicted, predicted) == []
    assert mismatches(predicted, wrong) == ["layer 1 weight_reads: predicted 1, counted 2"]
    assert mismatches(predicted, replace(predicted, layers=(first,))) == [
        "predicted 2 layers of 1 beats, counted 1 layers of 1 beats"
    ]


def test_unknown_and_missing_probes_are_refused(small):
    network, counts = small
    predicted = predict(network, golden.run(network, counts))
    rows = [dict.fromkeys(PROBES["ssf"], 0) for _ in network.layers]
    rows[1]["toggles"] = rows[1].pop("accumulate")
    with pytest.raises(ValueError, match="layer 1: probes missing or unknown: accumulate, toggles"):
        from_probes(rows, like=predicted)
