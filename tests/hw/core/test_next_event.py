"""Events of a place, in Amaranth's simulator: every word of three counts, then the next place."""

from __future__ import annotations

from itertools import product
from typing import Any

from sparrow_ecg.hw.core.next_event import NextEvent
from tests.support.simulate import simulate


def test_every_word_gives_its_counts_in_order() -> None:
    event = NextEvent(3, 2)

    async def places(context: Any) -> None:
        for counts in product(range(4), repeat=3):
            context.set(event.fresh, 1)
            await context.tick()
            context.set(event.fresh, 0)
            for c, count in enumerate(counts):
                context.set(event.counts[c], count)
            assert not context.get(event.event)
            context.set(event.walking, 1)
            seen, more = [], True
            while more:
                more = context.get(event.more)
                if context.get(event.event):
                    seen.append((context.get(event.channel), context.get(event.count)))
                await context.tick()
            assert seen == [(c, count) for c, count in enumerate(counts) if count]
            context.set(event.walking, 0)

    simulate(event, places)
