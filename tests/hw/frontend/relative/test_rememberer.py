"""The memory against `RememberingEncoding.remember`: sessions of any length, and any order of what is remembered."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.frontend.relative.rememberer import Rememberer
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
from tests.support.simulate import simulate

NOW = RelativeEncoding(("area", "height", "previous_8", "change"), 5)


def play(encoding: RememberingEncoding, sessions: list[np.ndarray], seed: int) -> list[list[int]]:
    """What it tells where counts come late, and are not always taken."""
    memory, told, rng = Rememberer(encoding), [], np.random.default_rng(seed)

    async def bench(context) -> None:
        for session in sessions:
            context.set(memory.start, 1)
            await context.tick()
            context.set(memory.start, 0)
            waiting, found, due = session.flatten().tolist(), [], len(session) * encoding.inputs
            for _ in range(8 * due):
                if len(found) == due:
                    break
                place, ready = len(found) % encoding.inputs, int(rng.random() < 0.7)
                context.set(memory.told.valid, int(bool(waiting) and rng.random() < 0.7))
                context.set(memory.told.payload, waiting[0] if waiting else 0)
                context.set(memory.counts.ready, ready)
                assert context.get(memory.recalls) == (place >= NOW.inputs)
                assert context.get(memory.done) == (ready and place == encoding.inputs - 1)
                if context.get(memory.told.valid) and context.get(memory.told.ready):
                    waiting.pop(0)
                if context.get(memory.counts.valid) and ready:
                    found.append(context.get(memory.counts.payload))
                await context.tick()
            assert len(found) == due
            told.extend(np.reshape(found, (-1, encoding.inputs)).tolist())

    simulate(memory, bench)
    return told


@pytest.mark.parametrize(
    ("remembered", "beats"), [(("change", "area"), 3), (("height",), 1), (("change", "previous_8", "area"), 2)]
)
def test_as_the_model(remembered: tuple[str, ...], beats: int) -> None:
    encoding, rng = RememberingEncoding(remembered, beats, NOW), np.random.default_rng(beats)
    sessions = [rng.integers(0, 32, (length, NOW.inputs)) for length in (6, 1, 2, 5)]
    expected = [beat for session in sessions for beat in encoding.remember(session).tolist()]
    assert play(encoding, sessions, seed=beats) == expected
