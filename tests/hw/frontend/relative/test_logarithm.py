"""Every number of small widths, and the largest of wide ones."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.hw.frontend.relative.logarithm import Logarithm
from sparrow_ecg.model.signals.ecg.relative.logarithm import log2
from tests.support.simulate import simulate


@pytest.mark.parametrize("bits", [2, 4, 9, 21])
def test_as_the_model(bits: int) -> None:
    top = (1 << bits) - 1
    edges = [edge for k in range(bits) for edge in (1 << k, top - (top >> (k + 1)))]
    numbers, found = [*range(1, min(top, 511) + 1), *edges], []
    component = Logarithm(bits)

    async def bench(context) -> None:
        for number in [0, *numbers]:
            context.set(component.value, number)
            await context.delay(1e-9)
            found.append(context.get(component.log))

    simulate(component, bench, clocked=False)
    assert found == [0, *log2(np.array(numbers)).tolist()]
