"""Every register after every block, against the model, on bends that reach what records seldom do."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sparrow_ecg.hw.frontend.conveyor import BEND_BITS
from sparrow_ecg.hw.frontend.detector import Detector
from sparrow_ecg.model.frontend.detector import T_WAVE, five_eighths
from sparrow_ecg.model.frontend.detector import Detector as Model
from tests.support.simulate import simulate

TOP = (1 << BEND_BITS) - 1


def bends(rng: np.random.Generator, kind: str, blocks: int) -> np.ndarray:
    if kind == "extremes":
        return rng.choice([0, 1, TOP - 1, TOP], blocks, p=[0.9, 0.04, 0.03, 0.03])
    if kind == "edges":  # T waves and beats whose distance and height are at a limit, or one off
        line, at, height = np.zeros(blocks, int), 5, 8000
        while at < blocks - 80:
            line[at] = height
            near = at + T_WAVE + int(rng.integers(-1, 2))
            line[near] = five_eighths(height) + int(rng.integers(-1, 2))
            at = near + int(rng.integers(30, 60))
        return line
    heights = rng.integers(0, 1 << rng.integers(1, BEND_BITS + 1), blocks)
    beats = rng.random(blocks) < 1 / rng.integers(10, 90)
    quiet = rng.integers(0, 1 + rng.integers(1, 300), blocks)
    return np.where(beats, heights, quiet)


@settings(max_examples=18)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["beats", "extremes", "edges"]))
def test_as_the_model(seed: int, kind: str) -> None:
    rng, model, told = np.random.default_rng(seed), Model(), []
    component = Detector()

    async def bench(context) -> None:
        for bend in bends(rng, kind, 800).tolist():
            start = rng.random() < 0.003
            if start:
                model.start()
            elif model.lost:
                model.doubt()
            if start or context.get(component.lost):
                assert start or context.get(component.lost)
                context.set(component.start if start else component.doubt, 1)
                await context.tick()
                context.set(component.start, 0)
                context.set(component.doubt, 0)
            known = model.known
            found = model.push(bend)
            context.set(component.bend, bend)
            context.set(component.push, 1)
            assert context.get(component.found) == (found is not None)
            if found:
                assert context.get(component.known) == known
                assert not known or context.get(component.interval) == found.interval
                told.append(found)
            await context.tick()
            context.set(component.push, 0)
            assert context.get(component.age) == model.age
            assert context.get(component.lost) == model.lost

    simulate(component, bench)
