from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Module, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.formal.cores import NETWORK, SMALLER
from sparrow_ecg.hw.formal.golden import circuit
from sparrow_ecg.model.network import Network, golden
from tests.support.simulate import simulate


class Circuit(wiring.Component):
    def __init__(self, network: Network):
        self.network = network
        counts: dict[str, Any] = {f"count_{j}": In(network.input_bits) for j in range(network.inputs)}
        super().__init__(counts | {"klass": Out(8)} | {f"sum_{i}": Out(signed(32)) for i in range(network.outputs)})

    def elaborate(self, platform) -> Module:
        m = Module()
        klass, sums = circuit(self.network, [getattr(self, f"count_{j}") for j in range(self.network.inputs)])
        m.d.comb += self.klass.eq(klass)
        m.d.comb += [getattr(self, f"sum_{i}").eq(potential) for i, potential in enumerate(sums)]
        return m


@pytest.mark.parametrize("network", [NETWORK, SMALLER], ids=["3-2-2", "2-2-2"])
def test_the_circuit_is_the_golden_model_for_every_beat(network: Network):
    beats = np.array(list(product(range(network.count_max(0) + 1), repeat=network.inputs)))
    trace = golden.run(network, beats)
    assert len(set(trace.classes)) == network.outputs  # each class comes
    dut = Circuit(network)

    async def bench(context: Any) -> None:
        for beat, klass, outputs in zip(beats.tolist(), trace.classes, trace.outputs, strict=True):
            for j, count in enumerate(beat):
                context.set(getattr(dut, f"count_{j}"), count)
            await context.delay(1e-9)
            assert context.get(dut.klass) == klass, beat
            assert [context.get(getattr(dut, f"sum_{i}")) for i in range(network.outputs)] == outputs.tolist(), beat

    simulate(dut, bench, clocked=False)
