"""A core: the scenarios of the cocotb regression, stalls, back-pressure and resets among them."""

from __future__ import annotations

from collections.abc import Awaitable
from types import SimpleNamespace

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.mutation.sessions.beats import close, drawn, extreme, littered, others, telling
from sparrow_ecg.sim.rtl.benches import farm
from sparrow_ecg.sim.rtl.benches.player import CorePlayer
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS, endurance

CYCLES = 400_000  # that beats which hardly ever come may take


class PinsPlayer(CorePlayer):
    """`CorePlayer` without cocotb. A check looks at what is on offer, and at a result while there is one."""

    def __init__(self, pins: Pins, build: Build):
        super().__init__(SimpleNamespace(member=SimpleNamespace(value=0)), 0, build)
        self.pins = pins
        self.watched = [name for name in watched(build) if name in pins.lanes.outputs]

    async def cycle(self, drive: int) -> int:
        pins = self.pins
        reset = drive & farm.RESET
        pins["rst"] = bool(reset)
        pins["counts__valid"] = bool(drive & farm.COUNT_VALID)
        pins["counts__payload"] = drive >> farm.COUNT_AT
        pins["result__ready"] = bool(drive & farm.RESULT_READY)
        if self.member.images:
            pins["image__valid"] = bool(drive & farm.IMAGE_VALID)
            pins["image__payload"] = drive >> farm.IMAGE_AT
        pins.row()
        valid, image = pins["result__valid"], self.member.images and pins["image__ready"]
        if not reset:
            pins.look("result__valid", *(["result__payload"] if valid else []))
            pins.look(*(["counts__ready"] if drive & farm.COUNT_VALID else []))
            pins.look(*(["image__ready"] if drive & farm.IMAGE_VALID else []))
            pins.look(*self.watched)
        seen = farm.COUNT_READY if pins["counts__ready"] else 0
        seen |= farm.IMAGE_READY if image else 0
        return seen | (farm.RESULT_VALID | pins["result__payload"] << farm.RESULT_AT if valid else 0)


def watched(build: Build) -> tuple[str, ...]:
    """Its probes, of which energy is made: `sim/energy` holds their sums against what is predicted."""
    return tuple(signal.name for signal, _ in build.core.probes.values())


def play(pins: Pins, build: Build, scale: int) -> None:
    """All scenarios, and then telling beats, and others of any size, also of other networks; with a scale over 1 also
    such as hardly ever come. Raises `Fault`.
    """
    for scenario in (*SCENARIOS.values(), endurance):
        _finish(scenario(PinsPlayer(pins, build)))
    player = PinsPlayer(pins, build)
    _finish(player.reset())
    network, neuron, rng = build.network, build.config.neuron, player.rng
    beats = np.concatenate([telling(network, neuron, 40_000 * scale, rng), drawn(network, 100 * scale, rng)])
    if scale > 1:
        rare = np.concatenate([extreme(network, 40 * scale, rng), close(network, neuron, 100_000 * scale, rng)])
        beats = np.concatenate([beats, rng.permutation(np.unique(rare, axis=0))[: CYCLES // build.longest]])
    _finish(player.play(beats, image=build.image(), pressure=0.1))
    for other in others(build, 4 if scale == 1 else 120, rng):
        beats = telling(other, neuron, 1_000, rng, most=25)
        _finish(player.play(beats, image=littered(build, other, rng), network=other))


def _finish(scenario: Awaitable[None]) -> None:
    """Of one that never waits."""
    try:
        next(scenario.__await__())
    except StopIteration:
        return
    raise RuntimeError("a player waited for a simulator")
