"""Small recordings of EEG: segments that can be told apart, files of DEAP and EDF."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sparrow_ecg.model.signals.eeg.segments import ELECTRODES, Segments, join


def segments(groups: int = 3, trials: int = 4, each: int = 2, seed: int = 0) -> Segments:
    """Two questions; the first is seen in the upper half of the picture, the second in the left."""
    rng = np.random.default_rng(seed)
    found = []
    for group in range(groups):
        for trial in range(trials):
            labels = {"up": trial % 2, "left": trial // 2 % 2}
            pictures = rng.integers(60, 120, (each, 32, 32))
            pictures[:, :16] += 100 * labels["up"]
            pictures[:, :, :16] += 30 * labels["left"]
            found.append((pictures.astype(np.uint8), labels, group))
    return join("small", "subject", {"up": ("no", "yes"), "left": ("no", "yes")}, found)


def write_edf(
    path: Path, cues: list[tuple[float, str]], seconds: int = 30, rate: int = 160, leave_out: int = 0
) -> Path:
    """A run as eegmmidb has them: DEAP's electrodes and two more, named its way."""
    from edfio import Edf, EdfAnnotation, EdfSignal

    rng = np.random.default_rng(0)
    names = [f"{name.capitalize():.<4}" for name in (*ELECTRODES, "Iz", "Tp7")][leave_out:]
    signals = [EdfSignal(rng.normal(0, 50, seconds * rate), rate, label=name) for name in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    Edf(signals, annotations=[EdfAnnotation(onset, 4.1, text) for onset, text in cues]).write(path)
    return path
