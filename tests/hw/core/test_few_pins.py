"""A core whose result leaves bit by bit, against the golden model, with a receiver that is often not ready."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.few_pins import FewPinCore
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.ports import result_layout
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from tests.support.simulate import send, simulate


@pytest.mark.parametrize("config", [Serial(3), Serial(3, "ram", "if"), Tree()])
def test_bits_of_the_result(config: Serial) -> None:
    rng = np.random.default_rng(8)
    network = random_network(rng, (6, 5, 3), steps=7, weight_bits=4, input_bits=4)
    counts = random_beats(rng, network, 5)
    top = FewPinCore(config.core(network))
    geometry = top.core.geometry
    layout = result_layout(geometry)
    received: list[int] = []

    async def feed(context: Any) -> None:
        if config.weights == "ram":
            for byte in config.image(geometry).of(network):
                await send(context, top.image, byte)
        for count in counts.ravel().tolist():
            await send(context, top.counts, count)

    async def take(context: Any) -> None:
        for _ in range(len(counts)):
            word = 0
            for bit in range(layout.size):
                for _ in range(rng.integers(3)):
                    await context.tick()
                context.set(top.result.ready, 1)
                (value,) = await context.tick().sample(top.result.payload).until(top.result.valid)
                context.set(top.result.ready, 0)
                word |= value << bit
            received.append(word)

    simulate(top, feed, take)
    trace = golden.run(network, counts, config.neuron)
    results = [layout.from_bits(word) for word in received]
    assert [result["klass"] for result in results] == trace.classes.tolist()
    assert [list(result["potentials"]) for result in results] == trace.outputs.tolist()


def test_few_pins() -> None:
    network = random_network(np.random.default_rng(8), (6, 5, 3), steps=7, weight_bits=4, input_bits=4)
    build = Build(network, Serial(3), "few_pins")
    text = build.verilog
    assert text == replace(build).verilog
    head = text[text.index("module few_pins(") :].split(";", 1)[0]
    ports = head.split("(")[1].rstrip(")").replace(" ", "").split(",")
    assert set(ports) == {"clk", "rst"} | {
        f"{stream}__{part}" for stream in ("counts", "result") for part in ("payload", "valid", "ready")
    }
