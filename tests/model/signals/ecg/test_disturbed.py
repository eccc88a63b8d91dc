import numpy as np
import pytest

from sparrow_ecg.model.signals.ecg.disturbed import KINDS, MUSCLE, WANDER, disturb, size
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.synthetic import generate

RECORD = generate("a", seconds=120, seed=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("decibels", [24, 6])
def test_the_ratio_is_as_stated(kind: str, decibels: float) -> None:
    noise = disturb(RECORD.codes, RECORD.peaks, kind, decibels, 3) - RECORD.codes
    power = size(RECORD.codes, RECORD.peaks) ** 2 / 8
    assert 10 * np.log10(power / noise.var()) == pytest.approx(decibels, abs=0.3)


def test_size_is_that_of_the_qrs_complex() -> None:
    codes = np.full(1000, 1024)
    codes[[300, 600, 900]] = 1424
    codes[[305, 605, 905]] = 1004
    assert size(codes, np.array([300, 600, 900])) == 420


@pytest.mark.parametrize(("kind", "band"), [("baseline wander", (0, WANDER)), ("muscle noise", MUSCLE)])
def test_it_is_in_its_band(kind: str, band: tuple[float, float]) -> None:
    noise = disturb(RECORD.codes, RECORD.peaks, kind, 6, 3) - RECORD.codes
    power, frequency = abs(np.fft.rfft(noise)) ** 2, np.fft.rfftfreq(len(noise), 1 / SAMPLING_RATE)
    assert power[(frequency >= band[0]) & (frequency <= band[1])].sum() > 0.95 * power[1:].sum()


def test_codes_stay_codes_and_the_seed_decides() -> None:
    one, same, other = (disturb(RECORD.codes, RECORD.peaks, "electrode motion", -20, seed) for seed in (1, 1, 2))
    assert one.min() >= 0
    assert one.max() <= 2047
    assert (one == same).all()
    assert (one != other).any()
