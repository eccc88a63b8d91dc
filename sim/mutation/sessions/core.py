"""A core: the scenarios of the cocotb regression, stalls, back-pressure and resets among them."""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import combinations
from types import SimpleNamespace

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network import golden
from sparrow_ecg.sim.mutation.pins import Pins
from sparrow_ecg.sim.rtl.benches import farm
from sparrow_ecg.sim.rtl.benches.player import CorePlayer
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS, endurance


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
    """All scenarios, and then telling beats, and others of any size. Raises `Fault`."""
    for scenario in (*SCENARIOS.values(), endurance):
        _finish(scenario(PinsPlayer(pins, build)))
    player = PinsPlayer(pins, build)
    _finish(player.reset())
    beats = np.concatenate([telling(build, 40_000 * scale, player.rng), drawn(build, 100 * scale, player.rng)])
    _finish(player.play(beats, image=build.image(), pressure=0.1))


def drawn(build: Build, count: int, rng: np.random.Generator) -> np.ndarray:
    """Beats whose counts are mostly small, or mostly large, or many of them zero: int64[count, inputs]."""
    highest = build.network.count_max(0)
    power = rng.choice([0.3, 1.0, 3.0], (count, 1))
    counts = np.floor((highest + 1) * rng.random((count, build.network.inputs)) ** power).astype(np.int64)
    return np.minimum(counts, highest) * (rng.random(counts.shape) < rng.choice([0.3, 0.7, 1.0], (count, 1)))


def telling(build: Build, count: int, rng: np.random.Generator) -> np.ndarray:
    """Of so many drawn beats one for each thing that any of them does and that few do: of two outputs one is higher by
    so little; a neuron fires just so often, or just not once more; an event has its place in a list.
    """
    many = drawn(build, count, rng)
    trace = golden.run(build.network, many, build.config.neuron)
    outputs, top = trace.outputs, np.sort(trace.outputs, axis=1)[:, -2:-1]
    told: list[np.ndarray] = []  # what a beat does, as columns of numbers
    for i, j in combinations(range(outputs.shape[1]), 2):
        apart = np.clip(outputs[:, i] - outputs[:, j], -3, 3)
        best = np.minimum(outputs[:, i], outputs[:, j]) >= top[:, 0]
        told += [
            _joined(apart, outputs[:, i] & 1, best),
            _joined(outputs[:, i] > outputs[:, j], _low(outputs[:, i] ^ outputs[:, j])),
        ]
    for layer, sums in zip(build.network.layers[:-1], trace.potentials, strict=False):
        assert layer.firing
        step = 1 << layer.firing.threshold_log2
        for potential in sums.T:
            left = potential % step
            told.append(
                _joined(
                    np.clip(potential // step, -1, build.network.steps + 1),
                    np.where(left < step // 2, left, left - step).clip(-2, 1),
                )
            )
    for counts in trace.counts:
        place = np.cumsum(counts > 0, axis=1)
        told += [_joined(place[:, k], counts[:, k]) for k in range(counts.shape[1])]
    firsts = [np.unique(column, return_index=True)[1] for column in told]
    return many[rng.permutation(np.unique(np.concatenate(firsts)))]


def _joined(*columns: np.ndarray) -> np.ndarray:
    """One number for each combination."""
    return np.ravel_multi_index(
        [column.astype(np.int64) - int(column.min()) for column in columns],
        [int(column.max()) - int(column.min()) + 1 for column in columns],
    )


def _low(bits: np.ndarray) -> np.ndarray:
    """Where the lowest bit is that is set."""
    return np.where(bits == 0, 0, np.log2(np.maximum(bits & -bits, 1))).astype(np.int64)


def _finish(scenario: Awaitable[None]) -> None:
    """Of one that never waits."""
    try:
        next(scenario.__await__())
    except StopIteration:
        return
    raise RuntimeError("a player waited for a simulator")
