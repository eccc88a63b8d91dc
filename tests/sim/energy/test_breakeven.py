"""The published break-even table of VGG16, to three digits."""

from __future__ import annotations

import pytest

from sparrow_ecg.sim.energy.breakeven import (
    FORMULAS,
    PUBLISHED,
    PUBLISHED_STEPS,
    VGG16_DENSITY,
    mesh_hops,
    neuromorphic,
    ssf,
)
from sparrow_ecg.sim.energy.technologies import PAPER_V1


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


@pytest.mark.parametrize("steps", PUBLISHED_STEPS)
def test_neuromorphic_break_even_balances(steps):
    """At that sparsity both sides cost the same, added up one by one."""
    hops, fan_in, prices = 3.0, 2395, PAPER_V1
    spikes = (1 - neuromorphic(steps, hops=hops, fan_in=fan_in)) * steps
    message = hops * prices.sparse_hop.value / prices.neurons_per_core.value
    membrane = steps * (2 * prices.sram.value + prices.compare.value + prices.subtract.value) / fan_in
    snn = spikes * (3 * prices.sram.value + prices.add.value + message) + membrane
    ann = VGG16_DENSITY * (3 * prices.sram.value + prices.multiply.value + prices.add.value + message)
    assert snn == pytest.approx(ann, rel=1e-12)


def test_ssf_breaks_even_where_counts_are_as_dense_as_activations():
    for steps in PUBLISHED_STEPS:
        assert 1 - ssf(steps) ** steps == pytest.approx(VGG16_DENSITY)


def test_hops_on_small_meshes():
    assert mesh_hops([1, 1], 1) == 1  # side by side on a mesh of 2 x 2
    assert mesh_hops([256, 256, 256, 256], 256) == pytest.approx((1 + 2 + 1) / 3)
    assert mesh_hops([2, 2], 1) == 1.5  # a row below a row: straight below, or one aside, too
