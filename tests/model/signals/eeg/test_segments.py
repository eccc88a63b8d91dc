"""Spectra: a tone is where its frequency is, whatever its size; what has no spectrum is refused."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg.segments import RATE, WINDOW, spectra
from tests.support.eeg import segments


@pytest.mark.parametrize("bin_", [3, 10, 25])
def test_a_tone_is_brightest_in_its_bin(bin_: int) -> None:
    tone = np.cos(2 * np.pi * bin_ / WINDOW * np.arange(4 * RATE))
    trial = np.stack([tone, np.random.default_rng(0).normal(0, 5, len(tone))])  # so that the tone is not white
    pictures = spectra(trial, 2 * RATE)
    assert pictures.shape == (2, 2, 32)
    assert (pictures[:, 0].argmax(axis=1) == bin_).all()
    assert np.array_equal(spectra(7 * trial + 3, 2 * RATE), pictures)


def test_what_is_left_at_the_end_is_dropped() -> None:
    trial = np.random.default_rng(0).normal(size=(2, 1000))
    assert len(spectra(trial, 300)) == 3


@pytest.mark.parametrize(
    ("trial", "said"),
    [(np.ones((2, 256)), "flat"), (np.full((2, 256), np.nan), "no number"), (np.eye(2, 64), "64 samples")],
)
def test_what_has_no_spectrum_is_refused(trial: np.ndarray, said: str) -> None:
    with pytest.raises(InputError, match=said):
        spectra(trial, 128)


def test_a_segment_knows_what_it_is_of() -> None:
    found = segments(groups=2, trials=4, each=3)
    assert found.pixels.shape == (24, 1, 32, 32)
    assert found.trial.tolist() == np.repeat(np.arange(8), 3).tolist()
    assert found.group.tolist() == np.repeat([0, 1], 12).tolist()
    assert found.labels["up"].tolist() == np.tile(np.repeat([0, 1, 0, 1], 3), 2).tolist()
    assert segments(seed=1).digest != segments(seed=0).digest == segments().digest
