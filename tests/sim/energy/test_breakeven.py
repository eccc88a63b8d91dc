"""The published break-even table of VGG16, to three digits."""

from __future__ import annotations

import pytest

from sparrow_ecg.sim.energy.breakeven import FORMULAS, PUBLISHED, PUBLISHED_STEPS


@pytest.mark.parametrize("architecture", sorted(PUBLISHED))
def test_published_table(architecture):
    here = [round(FORMULAS[architecture](steps), 3) for steps in PUBLISHED_STEPS]
    assert here == list(PUBLISHED[architecture])


def test_headline_six_steps_need_more_than_92_percent_sparsity():
    assert all(formula(6) > 0.92 for formula in FORMULAS.values())


def test_literal_closed_forms():
    """The formulas from constants equal the published numbers, up to the rounding of the latter."""
    for t in range(1, 33):
        spatial = 1 - (0.45 * 20.23 - (40.06 / 2395) * t) / (20.03 * t)
        numerator = 0.45 * 80.23 + 2020 / 216 - 4040 * t / (216 * (1 + t)) - 0.026868 * t
        classical = 1 - numerator / (64.32 * t + 0.03 * t / 2395)
        assert FORMULAS["spatial"](t) == pytest.approx(spatial, abs=1e-12)
        assert FORMULAS["classical"](t) == pytest.approx(classical, abs=1e-7)
