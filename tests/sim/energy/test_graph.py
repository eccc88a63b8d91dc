"""Energy of a convolutional network: its break-even is that of the closed form, and by hand without memory."""

from __future__ import annotations

import pytest

from sparrow_ecg.sim.energy import breakeven
from sparrow_ecg.sim.energy.graph import LayerWork, arithmetic, spatial
from sparrow_ecg.sim.energy.technologies import PAPER_V1, PAPER_V2, Technology

NOTHING = LayerWork("first", 0, 1.0, 1.0, 0)


@pytest.mark.parametrize("table", [PAPER_V1, PAPER_V2])
@pytest.mark.parametrize("steps", [1, 6, 100])
def test_break_even_is_that_of_the_closed_form(table: Technology, steps: int) -> None:
    fan_in, density = 100, 0.45
    spiking = 1 - breakeven.spatial(steps, table, density, fan_in)
    found = spatial([NOTHING, LayerWork("one", 1000 * fan_in, density, spiking, 1000)], steps, table)
    assert found["if"] == pytest.approx(found["cnn_skip"])


def test_by_hand_without_memory() -> None:
    layers = [LayerWork("a", 10, 0.5, 0.5, 4), LayerWork("b", 100, 0.25, 0.125, 0)]
    table = arithmetic(PAPER_V1)
    found = spatial(layers, 8, table)
    assert found["cnn"] == pytest.approx(110 * 0.23)
    assert found["cnn_skip"] == pytest.approx(30 * 0.23)
    assert found["if"] == pytest.approx(5 * 0.23 + 100 * 0.03 + 4 * 8 * 0.06)
    assert table.sram.value == 0 < PAPER_V1.sram.value
