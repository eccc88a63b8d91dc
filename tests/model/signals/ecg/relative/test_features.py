"""What is told of a beat: ratios that do not depend on a patient's gain, and move as their names say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.model.signals.ecg.relative.features import FEATURES, Beat
from sparrow_ecg.model.signals.ecg.relative.usual import BLOCKS, P, Usual, follow

RNG = np.random.default_rng(5)
PEAK = np.round(2000 * np.exp(-((np.arange(BLOCKS) - 24) ** 2) / 4)).astype(np.int64)


def beats(shape: np.ndarray, previous: int = 290, following: int = 290) -> Beat:
    """Twenty beats of one shape, with noise, in regular rhythm, and one more that is to be told of."""
    usual = np.concatenate([PEAK + RNG.integers(-20, 20, (20, BLOCKS)), shape[None]])
    before, after = np.full(21, 290), np.full(21, 290)
    before[-1], after[-1] = previous, following
    (known,) = follow([usual], [before], [after])
    return Beat(usual, np.roll(usual, 1, axis=0), before, after, known)


def told(name: str, beat: Beat) -> int:
    return int(FEATURES[name].value(beat)[-1])


def test_an_early_beat_with_a_pause() -> None:
    usual, early = beats(PEAK), beats(PEAK, previous=180, following=400)
    for span in (8, 32, 128):
        assert told(f"previous_{span}", early) < told(f"previous_{span}", usual) < 3
        assert told(f"following_{span}", early) > told(f"following_{span}", usual)
    assert told("previous_off", early) > told("previous_off", usual)
    assert told("previous_odd", early) > told("previous_odd", usual)


def test_times_are_not_relative_to_the_patient() -> None:
    """All intervals a quarter longer: only the times say so. Four times 64 samples, the unit, is where they are 0."""
    longer = beats(PEAK)
    usual = replace(longer.usual, intervals={span: mean * 5 // 4 for span, mean in longer.usual.intervals.items()})
    longer = replace(longer, previous=longer.previous * 5 // 4, following=longer.following * 5 // 4, usual=usual)
    for which in ("previous", "following", "mean"):
        assert told(f"{which}_time", longer) - told(f"{which}_time", beats(PEAK)) == 4
        assert told(f"{which}_time", beats(PEAK)) > 0 > told("previous_time", beats(PEAK, previous=200))
    for name in ("both", "following_previous", "previous_8"):
        assert told(name, longer) == told(name, beats(PEAK))


def test_rhythm_of_an_early_beat() -> None:
    early, late = beats(PEAK, previous=180, following=400), beats(PEAK, previous=180, following=180)
    assert told("following_previous", early) > 0 == told("following_previous", late)
    assert told("both", early) == 0 > told("both", late)
    octave = beats(PEAK, previous=145, following=145), beats(PEAK, previous=145, following=290)
    assert abs(told("both", octave[0]) + 8 * 4) <= 4  # 1 is added to either number
    assert abs(told("following_previous", octave[1]) - 8 * 2) <= 2
    assert told("swing", early) == told("swing", late) < 0


def test_a_wide_and_upside_down_beat() -> None:
    wide = np.round(-2500 * np.exp(-((np.arange(BLOCKS) - 26) ** 2) / 30)).astype(np.int64)
    usual, strange = beats(PEAK), beats(wide)
    for name in ("away_s", "unusual_s", "unusual_all", "area", "wide", "wide_steep", "change"):
        assert told(name, strange) > told(name, usual), name
    assert told("sharp", strange) < told("sharp", usual)
    t = np.zeros(BLOCKS, np.int64)
    t[45:55] = 400
    assert told("t_direction", beats(wide + t)) < 0 < told("t_direction", beats(PEAK + t))


def test_a_beat_without_its_p_wave() -> None:
    wave = np.zeros(BLOCKS, np.int64)
    wave[P] = np.hanning(13) * 500
    with_p = beats(PEAK + wave)
    for name in ("p_size", "p_height", "p_change"):
        assert told(name, with_p) > told(name, beats(PEAK))


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_gain_and_polarity_do_not_matter(name: str) -> None:
    """Twice the codes give the same, but for zeros that 1 or a smallest size is added to; turned over, exactly."""
    shape = PEAK + RNG.integers(-300, 300, BLOCKS)
    beat = beats(shape, previous=200)
    double, turned = (_scaled(beat, factor) for factor in (2, -1))
    assert np.abs(FEATURES[name].value(double) - FEATURES[name].value(beat))[-1] <= 1
    assert FEATURES[name].value(turned)[-1] == FEATURES[name].value(beat)[-1]


def _scaled(beat: Beat, factor: int) -> Beat:
    usual = beat.usual
    distances = {name: values * abs(factor) for name, values in usual.distances.items()}
    known = Usual(usual.template * factor, distances, usual.intervals, usual.swing)
    return replace(beat, shape=beat.shape * factor, last=beat.last * factor, usual=known)
