"""What two tellings of a recording are compared by."""

from dataclasses import fields, replace

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.chain.decisions import Decisions, at_rate, decide, same
from sparrow_ecg.firmware_gen.chain.headers import front_end
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.frontend import FrontEnd
from sparrow_ecg.model.frontend.sampling import Ticks
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.synthetic import generate

TINY = Network.load("tiny")


@pytest.fixture(scope="module")
def decisions() -> Decisions:
    codes = generate("a", seconds=20, seed=3).codes.copy()
    codes[3000:3400] = 0
    return decide(TINY, front_end(TINY, 360), codes)


@pytest.mark.parametrize("name", [field.name for field in fields(Decisions)])
def test_any_difference_is_named(decisions: Decisions, name: str) -> None:
    same(decisions, decisions, "here")
    other = getattr(decisions, name).copy()
    other[7] = ~other[7] if other.dtype == bool else other[7] + 1
    with pytest.raises(VerificationError, match=rf"here, (beat|sample) 7: {name}"):
        same(replace(decisions, **{name: other}), decisions, "here")


def test_a_beat_too_few(decisions: Decisions) -> None:
    fewer = replace(decisions, peak=decisions.peak[:-1])
    with pytest.raises(VerificationError, match="beats, but the golden model has"):
        same(fewer, decisions, "here")


def test_unclassified_beats_have_zeros(decisions: Decisions) -> None:
    assert not decisions.judged.all()
    assert not decisions.counts[~decisions.judged].any()
    assert not decisions.potentials[~decisions.judged].any()


def test_the_lead_is_off_from_the_end_of_a_block_on() -> None:
    for rate in (125, 360, 1000):
        codes = np.zeros(rate * 2, np.int64)
        front = front_end(TINY, rate)
        off = decide(TINY, front, codes).off
        first = int(off.argmax())
        assert off[first:].all()
        assert first == front.ticks.sample_of(np.array([4 * 32 - 1]))[0]


@pytest.mark.parametrize("rate", [125, 257.3, 360, 1000])
def test_another_rate_has_the_codes_of_its_times(rate: float) -> None:
    codes = np.arange(3600)
    samples = at_rate(codes, Ticks(rate))
    assert len(samples) == pytest.approx(10 * rate, abs=1)
    assert samples.tolist() == [int(k * 360 / rate + 1e-9) for k in range(len(samples))]
    assert isinstance(front_end(TINY, rate), FrontEnd)
