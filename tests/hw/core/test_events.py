"""EventList against a Python list, under random pushes, reads and clears."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.core.events import EventList
from tests.support.simulate import simulate


@pytest.mark.parametrize("zero_skip", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 3, 8])
def test_random_traffic(depth: int, zero_skip: bool) -> None:
    events = EventList(depth, index_bits=(depth - 1).bit_length(), value_bits=2, zero_skip=zero_skip)
    rng = np.random.default_rng(depth)
    kept: list[tuple[int, int]] = []

    async def bench(context) -> None:
        seen = None
        for _cycle in range(400):
            index, value = int(rng.integers(depth)), int(rng.integers(4))
            push = len(kept) < depth and rng.integers(2)
            clear = not push and rng.integers(8) == 0
            read = bool(kept) and rng.integers(2)
            position = int(rng.integers(len(kept))) if read else 0
            context.set(events.push, int(push))
            context.set(events.pushed, {"index": index, "value": value})
            context.set(events.clear, int(clear))
            context.set(events.read, int(read))
            context.set(events.position, position)
            wanted = bool(push) and (value != 0 or not zero_skip)
            assert context.get(events.stored) == wanted
            assert context.get(events.length) == len(kept)
            await context.tick()
            if read:
                seen = kept[position]
            if seen is not None:  # and it holds when nothing is read
                assert (context.get(events.event.index), context.get(events.event.value)) == seen
            if clear:
                kept.clear()
            elif wanted:
                kept.append((index, value))

    simulate(events, bench)


def test_clear_wins_over_push() -> None:
    events = EventList(2, index_bits=1, value_bits=2, zero_skip=True)

    async def bench(context) -> None:
        context.set(events.push, 1)
        context.set(events.pushed, {"index": 1, "value": 3})
        await context.tick()
        assert context.get(events.length) == 1
        context.set(events.clear, 1)
        await context.tick()
        assert context.get(events.length) == 0

    simulate(events, bench)
