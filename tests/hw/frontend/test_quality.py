import numpy as np

from sparrow_ecg.hw.frontend.quality import Quality
from sparrow_ecg.model.frontend.quality import Quality as Model
from tests.support.simulate import simulate


def test_as_the_model() -> None:
    component, model, rng = Quality(), Model(), np.random.default_rng(1)
    seen = set()

    async def bench(context) -> None:
        for _ in range(60):
            for bad in rng.random(rng.integers(1, 80)) < rng.random():
                context.set(component.push, 1)
                context.set(component.bad, int(bad))
                off = model.push(bool(bad))
                assert context.get(component.off) == off
                await context.tick()
                context.set(component.push, 0)
                assert context.get(component.off) == off
                seen.add((off, model.count))

    simulate(component, bench)
    assert {off for off, _ in seen} == {False, True}
