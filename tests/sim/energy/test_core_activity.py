"""The core's own probes, counted in simulation, equal the prediction."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.sim import Simulator

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.sim.energy.operations import NEURONS, PROBES, from_probes, mismatches, predict


def count_probes(network: Network, config: Serial, counts: np.ndarray) -> list[Counter]:
    """Run beats through the core in Amaranth's simulator, and count its probes by layer."""
    m = Module()
    m.submodules.core = core = config.core(network)
    tally = [Counter(dict.fromkeys(PROBES[config.neuron], 0)) for _ in network.layers]

    async def bench(ctx):
        ctx.set(core.result.ready, 1)
        for beat in counts:
            left, done = list(map(int, beat)), False
            while not done:
                ctx.set(core.counts.valid, bool(left))
                ctx.set(core.counts.payload, left[0] if left else 0)
                if left and ctx.get(core.counts.ready):
                    left.pop(0)
                done = bool(ctx.get(core.result.valid))
                here = tally[ctx.get(core.layer)]
                for name, (signal, count) in core.probes.items():
                    value = ctx.get(signal)
                    here[name] += value if count == "sum" else value.bit_count()
                await ctx.tick()

    simulator = Simulator(m)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return tally


@pytest.mark.parametrize("neuron", NEURONS)
@pytest.mark.parametrize("zero_skip", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_counted_equals_predicted(random_case, neuron, zero_skip, seed):
    network, counts = random_case(seed, steps=1 + 2 * seed)
    config = Serial(lanes=min(3, max(network.shape[1:])), neuron=neuron, zero_skip=zero_skip)
    trace = golden.run(network, counts, neuron)
    predicted = predict(network, trace, neuron=neuron, zero_skip=zero_skip, lanes=config.lanes)
    counted = from_probes(count_probes(network, config, counts), like=predicted)
    assert mismatches(predicted, counted) == []
