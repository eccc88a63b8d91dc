"""The adapter reads each frame of a converter once, and gives the codes that plain integers give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.hw.host.ads129x import DROPPED, SLOW, Ads129x
from sparrow_ecg.model.errors import InputError
from tests.support.examples import examples
from tests.support.simulate import simulate

OFF = 1 << 12 | 1 << 4
END = 1 << 23
NUMBERS = st.integers(-END, END - 1) | st.sampled_from([-END, END - 1]) | st.integers(-90_000, 90_000)
FRAMES = st.lists(
    st.tuples(
        st.sampled_from([0xC00000] * 6 + [0xC00000 | 1 << 12, 0xC00010, 0xC01010, 0xC00800, 0x400000, 0xE00000]),
        st.lists(NUMBERS, min_size=4, max_size=4),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=10,
)


class Converter:
    """RDATAC: DRDY falls, and rises with the first falling edge of sck; a bit with each of its rising edges."""

    def __init__(self, adapter: Ads129x):
        self.adapter = adapter
        self.done = False
        self.bits = 0  # clocked out of the last frame
        self.frame: list[int] = []

    def ready(self, context: Any, words: list[int]) -> None:
        self.frame = [word >> k & 1 for word in words for k in reversed(range(24))]
        self.bits = 0
        context.set(self.adapter.drdy_n, 0)

    async def run(self, context: Any) -> None:
        was = 0
        while not self.done:
            await context.tick()
            sck = context.get(self.adapter.sck)
            if sck and not was:
                context.set(self.adapter.dout, self.frame[self.bits])
                self.bits += 1
            if was and not sck:
                context.set(self.adapter.drdy_n, 1)
            was = sck


def codes(frames: list, word: int, shift: int) -> list[int | None]:
    """What the adapter must say of each frame: None where it drops it."""
    found: list[int | None] = []
    mean = None
    for status, channels, _ in frames:
        if status >> 20 != 0b1100:
            found.append(None)
            continue
        value, off = channels[word - 1], bool(status & OFF)
        now = 0 if mean is None else value - (mean >> SLOW)
        found.append(0 if off else min(max((now >> shift) + 1024, 0), 2047))
        mean = value << SLOW if mean is None else mean + now
        mean = None if off else mean
    return found


@examples(25, deadline=None)
@given(frames=FRAMES, word=st.integers(1, 4), shift=st.sampled_from([0, 6, 7, 13]))
def test_codes(frames, word, shift):
    adapter = Ads129x(word, OFF, shift)
    converter = Converter(adapter)
    words = np.array([[status, *channels] for status, channels, _ in frames])
    computed = adapter.compute(words).tolist()
    assert computed == [DROPPED if code is None else code for code in codes(frames, word, shift)]

    async def bench(context: Any) -> None:
        for (status, channels, pause), expected in zip(frames, codes(frames, word, shift), strict=True):
            for _ in range(pause):
                await context.tick()
                assert not context.get(adapter.clock_request)
            converter.ready(context, [status, *channels])
            seen, wrong, cycles = [], 0, 0
            while context.get(adapter.clock_request):
                seen += [context.get(adapter.sample)] if context.get(adapter.sample_valid) else []
                wrong += context.get(adapter.wrong)
                cycles += 1
                await context.tick()
            assert seen == ([] if expected is None else [expected])
            assert wrong == (expected is None)
            assert converter.bits == (24 if expected is None else 24 * (word + 1))
            assert expected is None or cycles == adapter.cycles
        converter.done = True

    simulate(adapter, bench, converter.run)


def test_a_ready_that_stays_low_is_read_once():
    adapter = Ads129x()

    async def bench(context: Any) -> None:
        context.set(adapter.drdy_n, 0)
        wrong = 0
        for _ in range(400):
            wrong += context.get(adapter.wrong)  # zeros: no status
            await context.tick()
        assert wrong == 1
        assert not context.get(adapter.clock_request)

    simulate(adapter, bench)


@pytest.mark.parametrize("given", [{"word": 0}, {"shift": 14}, {"off": 1 << 24}])
def test_what_cannot_be(given):
    with pytest.raises(InputError, match="the first is 1"):
        Ads129x(**given)
