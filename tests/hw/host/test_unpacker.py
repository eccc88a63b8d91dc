"""Words become their bytes, in order; a word that comes too early changes nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.host.unpacker import Unpacker
from tests.support.examples import examples
from tests.support.simulate import simulate


@examples(30, deadline=None)
@given(
    cycles=st.lists(
        st.tuples(st.integers(0, (1 << 32) - 1), st.booleans(), st.booleans(), st.sampled_from([0, 0, 0, 1])),
        max_size=60,
    )
)
def test_unpacker(cycles):
    """cycles: a word, whether it is written, whether a byte is taken, whether the rest is dropped."""
    unpacker = Unpacker()

    async def bench(context: Any) -> None:
        left: list[int] = []
        for word, write, takes, drop in cycles:
            context.set(unpacker.word, word)
            context.set(unpacker.write, write)
            context.set(unpacker.bytes.ready, takes)
            context.set(unpacker.drop, drop)
            assert context.get(unpacker.empty) == (not left)
            assert context.get(unpacker.bytes.valid) == bool(left)
            if left:
                assert context.get(unpacker.bytes.payload) == left[0]
            if drop:
                left = []
            elif left:
                left = left[takes:]
            elif write:
                left = list(word.to_bytes(4, "big"))
            await context.tick()

    simulate(unpacker, bench)
