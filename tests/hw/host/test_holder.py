"""No sample is lost while there is room for it, and each that is lost is told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.host.holder import Holder
from tests.support.examples import examples
from tests.support.simulate import simulate


@examples(30, deadline=None)
@given(cycles=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_holder(cycles):
    """cycles: whether a sample arrives, and whether the front end would take one."""
    holder = Holder(8)

    async def bench(context: Any) -> None:
        held: list[int] = []
        for number, (arrives, takes) in enumerate(cycles):
            context.set(holder.sample, number)
            context.set(holder.arrives, arrives)
            context.set(holder.samples.ready, takes)
            offered = [*held, number] if arrives else held  # one that arrives may be taken at once
            assert context.get(holder.waits) == len(held)
            assert context.get(holder.samples.valid) == bool(offered)
            if offered:
                assert context.get(holder.samples.payload) == offered[0]
            assert context.get(holder.lost) == (len(offered) == 2 and not takes)
            held = offered[takes:][:1]
            await context.tick()

    simulate(holder, bench)
