from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.signals.ecg.form import COEFFICIENT_LOG2, NATIVE, Form

RATES = [125, 128, 180, 250, 257, 360, 360.5, 500, 999.9, 1000]


@given(st.lists(st.integers(0, 2047), min_size=1, max_size=50))
def test_the_native_form_changes_nothing(codes: list[int]) -> None:
    assert NATIVE.native
    assert NATIVE.convert(np.array(codes)).tolist() == codes
    assert NATIVE.convert_positions(np.arange(50)).tolist() == list(range(50))


@given(st.sampled_from(RATES), st.integers(1, 3000), st.booleans(), st.integers(-1000, 1000), st.integers(-500, 500))
def test_a_level_stays_at_every_phase(rate: float, gain: int, turned: bool, zero: int, code: int) -> None:
    """To within rounding, and the factor's 12 bits."""
    converted = Form(rate, -gain if turned else gain, 16, zero).convert(np.full(400, code))
    millivolts = (code - zero) / (-gain if turned else gain)
    assert len(set(converted.tolist())) == 1
    assert abs(converted[0] - np.clip(1024 + 200 * millivolts, 0, 2047)) <= 0.51 + abs(200 * millivolts) * 2**-12


def keys(t: np.ndarray) -> np.ndarray:
    t = abs(t)
    return np.where(t < 1, 1.5 * t**3 - 2.5 * t**2 + 1, np.where(t < 2, -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2, 0))


@pytest.mark.parametrize("rate", RATES)
def test_it_is_keys_kernel_in_floats(rate: float) -> None:
    codes = np.random.default_rng(0).integers(-900, 900, 500)
    converted = Form(rate, 200, 11, 0).convert(codes)
    assert len(converted) == np.floor(499 * 360 / rate) + 1
    inside = np.arange(len(converted))[30:-30]
    weights = keys((inside[:, None] * rate / 360 - np.arange(500)) / max(1, rate / 360))
    expected = (weights / weights.sum(1, keepdims=True)) @ codes + 1024
    assert abs(converted[30:-30] - np.clip(expected, 0, 2047)).max() < 0.75


@pytest.mark.parametrize("rate", RATES)
def test_coefficients_are_what_hardware_would_keep(rate: float) -> None:
    form = Form(rate, 200, 11, 1024)
    _, coefficients = form._kernel()
    assert (coefficients.sum(1) == 1 << COEFFICIENT_LOG2).all()
    assert len(coefficients) == form.step.denominator
    assert coefficients.shape[1] <= 12


@pytest.mark.parametrize("rate", [125, 128, 250, 500, 1000])
def test_a_wave_is_where_and_as_high_as_it_was(rate: int) -> None:
    def wave(at: float) -> np.ndarray:
        return np.rint(800 * np.sin(2 * np.pi * 10 * np.arange(3 * at) / at)).astype(np.int64)

    converted = Form(rate, 200, 11, 0).convert(wave(rate))
    error = converted[30:-30] - 1024 - wave(360)[30 : len(converted) - 30]
    assert abs(error).max() <= 8  # 1 %


def test_what_360_hz_cannot_hold_is_damped() -> None:
    tone = np.rint(800 * np.sin(2 * np.pi * 310 * np.arange(2000) / 1000)).astype(np.int64)  # would alias to 50 Hz
    assert abs(Form(1000, 200, 11, 0).convert(tone)[30:-30] - 1024).max() < 0.15 * 800


@given(st.sampled_from(RATES), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_positions_are_the_nearest(rate: float, positions: list[int]) -> None:
    found = Form(rate, 200, 11, 1024).convert_positions(np.array(positions))
    assert abs(found - np.array(positions) * 360 / rate).max() <= 0.5 + 1e-6
    back = Form(rate, 200, 11, 1024).original_positions(np.array(positions))
    assert abs(back - np.array(positions) * rate / 360).max() <= 0.5 + 1e-6


@given(st.sampled_from([(24, 2**23 - 1), (32, 2**31 - 1)]), st.sampled_from([1, 1_000_000, -1_000_000]))
def test_wide_codes_do_not_wrap(width: tuple[int, int], gain: int) -> None:
    bits, most = width
    for code in (most, -most):
        converted = Form(1000, gain, bits, -np.sign(code) * most).convert(np.full(100, code))
        assert (converted == np.clip(1024 + round(2 * code * 200 / gain), 0, 2047)).all()
