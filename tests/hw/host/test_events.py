"""Events that wait: none is torn, doubled or out of order, whatever the host does; those dropped are as was chosen."""

from __future__ import annotations

from typing import Any

import pytest
from amaranth.hdl import unsigned
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.host.events import EventFifo
from sparrow_ecg.model.errors import InputError
from tests.support.examples import examples
from tests.support.simulate import simulate

DEPTH = st.integers(2, 6)
PUSH, TAKE, IDLE = "push", "take", "idle"


@examples(30, deadline=None)
@given(depth=DEPTH, keep_newest=st.booleans(), moves=st.lists(st.sampled_from([PUSH, PUSH, TAKE]), max_size=40))
def test_slowly_it_is_a_list(depth, keep_newest, moves):
    """Moves come one after the other, each when the one before has come to its end."""
    fifo = EventFifo(unsigned(8), depth)
    expected: list[int] = []
    dropped = 0

    async def bench(context: Any) -> None:
        nonlocal expected, dropped
        lost = 0
        context.set(fifo.keep_newest, keep_newest)
        for number, move in enumerate(moves, 1):
            if move == PUSH:
                context.set(fifo.events.valid, 1)
                context.set(fifo.events.payload, number)
                taken = False
                while not taken:
                    lost += context.get(fifo.lost)
                    taken = context.get(fifo.events.ready)
                    await context.tick()
                context.set(fifo.events.valid, 0)
                if len(expected) == depth:
                    dropped += 1
                    expected = [expected[0], *expected[2:], number] if keep_newest else expected
                else:
                    expected.append(number)
            else:
                context.set(fifo.oldest.ready, 1)
                await context.tick()
                context.set(fifo.oldest.ready, 0)
                expected = expected[1:]
            while context.get(fifo.busy):
                await context.tick()
            assert context.get(fifo.oldest.valid) == bool(expected)
            assert context.get(fifo.waiting) == len(expected)
            assert context.get(fifo.full) == (len(expected) == depth)
            if expected:
                assert context.get(fifo.oldest.payload) == expected[0]
            assert lost == dropped

    simulate(fifo, bench)


@examples(30, deadline=None)
@given(
    depth=DEPTH,
    keep_newest=st.booleans(),
    cycles=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80),
)
def test_at_any_speed(depth, keep_newest, cycles):
    """cycles: whether an event is offered, and whether the oldest is taken, in each of them."""
    fifo = EventFifo(unsigned(8), depth)

    async def bench(context: Any) -> None:
        context.set(fifo.keep_newest, keep_newest)
        offered, lost, entered = 1, 0, 0
        out: list[int] = []
        standing = None  # the oldest, which stays until it is taken
        pending = False  # an offer stays until it is taken, as of any stream
        for push, take in cycles + [(False, True)] * (2 * depth + 2):
            pending = pending or push
            context.set(fifo.events.valid, pending)
            context.set(fifo.events.payload, offered)
            context.set(fifo.oldest.ready, take)
            shown = context.get(fifo.oldest.payload) if context.get(fifo.oldest.valid) else None
            assert standing in (None, shown)
            standing = shown
            if shown is not None and take:
                out.append(shown)
                standing = None
            lost += context.get(fifo.lost)
            if pending and context.get(fifo.events.ready):
                pending, entered, offered = False, entered + 1, offered + 1
            await context.tick()
        assert not context.get(fifo.oldest.valid)
        assert out == sorted(set(out)), "doubled, or out of order"
        assert len(out) + lost == entered
        if out and keep_newest:
            assert out[-1] == offered - 1, "the newest is there"
        if not lost:
            assert out == list(range(1, offered))

    simulate(fifo, bench)


@pytest.mark.parametrize("depth", [0, 1, 256])
def test_a_depth_that_cannot_be(depth):
    with pytest.raises(InputError, match=f"depth = {depth}: a chip holds 2 to 255 events"):
        EventFifo(unsigned(8), depth)
