"""Generated recordings in DEAP's format, for where DEAP is not at hand. No accuracy is to be claimed from them.

A channel is noise whose spectrum falls with frequency. Each subject has a spectrum of its own, and so has each trial,
more than any label changes: that is what makes segments of one trial alike. High valence raises 8 to 13 Hz on the right
side, and high arousal 14 to 30 Hz everywhere, by ``effect``; without it nothing but a leak is to be learned.
"""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np

from sparrow_ecg.model.console import progress
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.eeg.deap import CHANNELS, HIGH, RATINGS, SAMPLES
from sparrow_ecg.model.signals.eeg.segments import ELECTRODES, RATE

ALPHA, BETA = (8.0, 13.0), (14.0, 30.0)  # Hz
SUBJECT, TRIAL = 0.3, 0.15  # how much spectra differ: standard deviation of the logarithm of an amplitude
BANDS = 16  # in which they do, of 4 Hz


def synthesize(folder: Path, subjects: int = 4, trials: int = 20, effect: float = 0.0, seed: int = 0) -> Path:
    """Write s01.dat and so on; the same arguments give the same files. effect: share by which amplitudes rise."""
    for subject in progress(range(1, subjects + 1), "generated subjects"):
        rng = np.random.default_rng([seed, subject])
        ratings = rng.uniform(1, 9, (trials, RATINGS))
        own = rng.normal(0, SUBJECT, (CHANNELS, BANDS))
        data = np.stack([_trial(own, rated, effect, rng) for rated in ratings])
        buffer = io.BytesIO()
        pickle.dump({"data": data, "labels": ratings}, buffer, protocol=3)
        write_atomic(folder / f"s{subject:02}.dat", buffer.getvalue())
    return folder


def _trial(own: np.ndarray, rated: np.ndarray, effect: float, rng: np.random.Generator) -> np.ndarray:
    frequency = np.fft.rfftfreq(SAMPLES, 1 / RATE)
    bands = np.exp(own + rng.normal(0, TRIAL, own.shape))
    amplitude = np.repeat(bands, -(-len(frequency) // BANDS), axis=1)[:, : len(frequency)] / np.maximum(frequency, 4)
    right = np.array([not name.endswith("z") and int(name[-1]) % 2 == 0 for name in ELECTRODES])
    valence, arousal = rated[:2] > HIGH
    rises = ((valence, ALPHA, np.flatnonzero(right)), (arousal, BETA, np.arange(len(ELECTRODES))))
    for high, (low, top), channels in rises:
        if high:
            amplitude[np.ix_(channels, np.flatnonzero((frequency >= low) & (frequency <= top)))] *= 1 + effect
    noise = rng.normal(size=(2, *amplitude.shape))
    return np.fft.irfft(amplitude * (noise[0] + 1j * noise[1]), SAMPLES).astype(np.float32)
