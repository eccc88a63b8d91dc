"""Generated recordings: read as DEAP's, the same again, alike within a trial; ratings are seen where they should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sparrow_ecg.model.signals.eeg import deap
from sparrow_ecg.model.signals.eeg.segments import ELECTRODES
from sparrow_ecg.model.signals.eeg.synthetic import synthesize


def test_they_are_read_and_the_same_again(tmp_path: Path) -> None:
    first, again, other = (
        deap.load(synthesize(tmp_path / name, subjects=2, trials=2, seed=seed))
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert first.digest == again.digest != other.digest
    assert first.pixels.shape == (40, 1, 32, 32)
    shades = first.pixels.reshape(4, 10, -1).astype(float)
    within, between = shades.std(axis=1).mean(), shades.mean(axis=1)[::2].std(axis=0).mean()
    assert between > within  # subjects differ more than a subject's segments


def test_high_valence_is_seen_in_alpha_on_the_right(tmp_path: Path) -> None:
    found = deap.load(synthesize(tmp_path, subjects=1, trials=12, effect=2.0))
    mean = [found.pixels[found.labels["valence"] == high].mean(axis=(0, 1)) for high in (0, 1)]
    rise = mean[1] - mean[0]
    right = np.array([name[-1] in "2468" for name in ELECTRODES])
    assert rise[right, 5].mean() > rise[~right, 5].mean() + 5
