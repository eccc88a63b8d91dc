"""Driving components in Amaranth's simulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from amaranth.lib.wiring import Component
from amaranth.sim import Simulator

from sparrow_ecg.hw.ports import Core


def simulate(component: Component, *testbenches: Callable, clocked: bool = True) -> None:
    """Run testbenches, ``async (context) -> None``, until all have returned."""
    simulator = Simulator(component)
    if clocked:
        simulator.add_clock(1e-6)
    for testbench in testbenches:
        simulator.add_testbench(testbench)
    simulator.run()


class Run(NamedTuple):
    """What a core answered: class, potentials and cycles of each beat, and what each probe counted in all."""

    classes: list[int]
    potentials: list[list[int]]
    cycles: list[int]
    probes: dict[str, int]


async def send(context: Any, stream: Any, payload: int) -> None:
    """Hold one payload on a stream until it is taken."""
    context.set(stream.payload, payload)
    context.set(stream.valid, 1)
    await context.tick().until(stream.ready)
    context.set(stream.valid, 0)


def run_core(core: Core, counts: np.ndarray, image: bytes = b"") -> Run:
    """Feed beats without stalls. ``image``: what to load first."""
    run = Run([], [], [], dict.fromkeys(core.probes, 0))

    async def feed(context: Any) -> None:
        for byte in image:
            await send(context, core.image, byte)
        for count in counts.ravel().tolist():
            await send(context, core.counts, count)

    async def take(context: Any) -> None:
        context.set(core.result.ready, 1)
        signals = [signal for signal, _ in core.probes.values()]
        cycles = 0
        taken = core.counts.valid & core.counts.ready
        watched = context.tick().sample(taken, core.result.valid, core.result.payload, *signals)
        async for _clock, _reset, started, valid, result, *values in watched:
            cycles += cycles > 0 or started
            for (name, (_, kind)), value in zip(core.probes.items(), values, strict=True):
                run.probes[name] += value.bit_count() if kind == "ones" else value
            if valid:
                run.classes.append(result.klass)
                run.potentials.append([result.potentials[i] for i in range(core.network.outputs)])
                run.cycles.append(cycles)
                cycles = 0
                if len(run.classes) == len(counts):
                    break

    simulate(core, feed, take)
    return run
