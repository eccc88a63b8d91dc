from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend.sampling import Ticks
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE


@given(st.integers(125, 1000), st.integers(1, 300))
def test_a_record_at_a_time_is_sample_by_sample(rate: int, samples: int) -> None:
    ticks, phase, spread = Ticks(rate), 0, []
    for sample in range(samples):
        many, phase = ticks.advance(phase)
        assert many <= ticks.most
        assert 0 <= phase < ticks.step.numerator
        spread += [sample] * many
    assert ticks.spread(np.arange(samples)).tolist() == spread
    assert ticks.sample_of(np.arange(len(spread))).tolist() == spread
    assert len(spread) == int(samples * Fraction(SAMPLING_RATE, rate))


def test_the_native_rate_is_as_it_was() -> None:
    assert Ticks().spread(np.arange(9)).tolist() == list(range(9))


@pytest.mark.parametrize("rate", [0, 124, 1001])
def test_other_rates_are_refused(rate: float) -> None:
    with pytest.raises(InputError, match="125 to 1000"):
        Ticks(rate)
