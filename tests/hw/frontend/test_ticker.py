import numpy as np
import pytest

from sparrow_ecg.hw.frontend.ticker import Ticker
from sparrow_ecg.model.frontend.sampling import Ticks
from tests.support.simulate import send, simulate


@pytest.mark.parametrize("rate", [125, 128, 250, 359.9, 500, 1000])
def test_the_same_ticks(rate: float) -> None:
    ticks, codes = Ticks(rate), np.arange(200) * 7 % 2048
    component, taken = Ticker(ticks), []

    async def feed(context) -> None:
        for code in codes.tolist():
            await send(context, component.samples, code)

    async def take(context) -> None:
        rng = np.random.default_rng(0)
        while len(taken) < len(expected):
            ready = int(rng.random() < 0.7)
            context.set(component.codes.ready, ready)
            if ready and context.get(component.codes.valid):
                taken.append(context.get(component.codes.payload))
            await context.tick()

    expected = ticks.spread(codes[:-1]).tolist()
    simulate(component, feed, take)
    assert taken[: len(expected)] == expected


def test_the_native_rate_is_wires() -> None:
    component = Ticker(Ticks())

    async def bench(context) -> None:
        for payload, valid, ready in ((5, 1, 0), (2047, 1, 1), (0, 0, 1)):
            context.set(component.samples.payload, payload)
            context.set(component.samples.valid, valid)
            context.set(component.codes.ready, ready)
            assert context.get(component.codes.payload) == payload
            assert (context.get(component.codes.valid), context.get(component.samples.ready)) == (valid, ready)

    simulate(component, bench, clocked=False)
