"""The sequencer against its schedule written as nested loops, cycle for cycle, and against the cycle model."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from sparrow_ecg.hw.core.sequencer import Sequencer
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.network.golden import Trace
from tests.support.simulate import simulate

STROBES = ("loading", "begin", "issue", "integrate", "fire", "drain", "layer_done", "finished")


def schedule(network: Network, config: Serial, events: list[int]) -> Iterator[dict[str, int]]:
    """What each cycle of a beat shows: strobes that are set, and the positions that matter with them."""
    for position in range(network.inputs):
        yield {"loading": 1, "position": position, "layer": 0}
    group = row = 0
    stepped = config.neuron == "if"
    for k, (inputs, outputs) in enumerate(pairwise(network.shape)):
        last = k == len(network.layers) - 1
        for first in range(0, outputs, config.lanes):
            neurons = min(config.lanes, outputs - first)
            where = {"layer": k, "group": group, "row": row, "neurons": neurons, "last_layer": int(last)}
            yield {"begin": 1, **where}
            for step in range(network.steps if stepped and k else 1):
                for position in range(events[k]):
                    yield {"issue": 1, "position": position, "step": step, **where}
                yield {"step": step, **where}
                yield {"step": step, **where}
                if stepped and k:
                    yield {"fire": 1, "step": step, **where}
            if stepped and k == 0 and not last:
                for step in range(network.steps):
                    yield {"integrate": 1, "step": step, **where}
            for lane in range(neurons):
                done = first + lane == outputs - 1
                yield {"drain": 1, "lane": lane, "neuron": first + lane, "layer_done": int(done), **where}
            group += 1
            row += inputs
    yield {"finished": 1}


@pytest.mark.parametrize("neuron", ["ssf", "if"])
@pytest.mark.parametrize(
    ("shape", "lanes"),
    [((1, 1), 1), ((3, 5), 2), ((4, 3, 2), 1), ((4, 3, 2), 3), ((2, 5, 4, 3), 2), ((1, 1, 1, 1), 1), ((6, 8, 4), 4)],
    ids=str,
)
def test_every_cycle(shape: tuple[int, ...], lanes: int, neuron: str) -> None:
    rng = np.random.default_rng(lanes)
    network = random_network(rng, shape, steps=3)
    config = Serial(lanes, neuron=neuron)
    sequencer = Sequencer(config.geometry(network), lanes, neuron)

    async def bench(context) -> None:
        for beat in range(4):
            events = [0] * len(shape) if beat == 1 else [int(rng.integers(n + 1)) for n in shape[:-1]]
            total = 0
            for expected in schedule(network, config, events):
                while rng.integers(3) == 0 and ("loading" in expected or "finished" in expected):  # stalls
                    context.set(sequencer.count_taken, 0)
                    context.set(sequencer.result_taken, 0)
                    await context.tick()
                context.set(sequencer.count_taken, expected.get("loading", 0))
                context.set(sequencer.result_taken, expected.get("finished", 0))
                context.set(sequencer.events, events[context.get(sequencer.layer)])
                seen = {name: context.get(getattr(sequencer, name)) for name in (*STROBES, *expected)}
                assert seen == dict.fromkeys(STROBES, 0) | expected
                total += 1
                await context.tick()
            counts = tuple(np.arange(n)[None] < event for n, event in zip(shape[:-1], events, strict=False))
            trace = Trace(counts, (np.zeros((1, shape[-1]), dtype=np.int64),))
            assert config.cycles(network, trace).tolist() == [total]

    simulate(sequencer, bench)
