"""What a moving person adds to an ECG, generated at a stated signal-to-noise ratio.

Three kinds, each after what the records of MIT-BIH's Noise Stress Test Database are of (Moody, Muldrow and Mark,
Computers in Cardiology 1984): wander of the baseline (below 0.6 Hz), muscle noise (20 Hz and up) and electrode motion
(steps that decay within a second, which look most like a QRS complex). The ratio is as the ``nst`` program of the WFDB
software package has it: the power of the signal is that of a sine wave as high as the QRS complexes, a^2 / 8, where a
is the median of their ranges; the power of the noise is its variance.
"""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION, SAMPLING_RATE

KINDS = ("baseline wander", "muscle noise", "electrode motion")
WANDER = 0.6  # Hz, the highest
MUSCLE = (20.0, 120.0)  # Hz
MOTIONS = 0.5  # a second
DECAY = 0.3  # s
QRS = 18  # samples to either side of a peak, 50 ms


def disturb(codes: np.ndarray, peaks: np.ndarray, kind: str, decibels: float, seed: int) -> np.ndarray:
    """Codes, int64[samples], with noise of a kind in `KINDS` throughout; what 11 bits cannot hold saturates.

    peaks: int64[beats], of at least one beat: how high QRS complexes are comes from there.
    """
    noise = _noise(kind, len(codes), np.random.default_rng(seed))
    power = size(codes, peaks) ** 2 / 8 / 10 ** (decibels / 10)
    noise *= np.sqrt(power / noise.var())
    return np.clip(codes + np.rint(noise).astype(np.int64), 0, (1 << RESOLUTION) - 1)


def size(codes: np.ndarray, peaks: np.ndarray) -> float:
    """The median range of the QRS complexes, in codes."""
    around = np.clip(peaks[:, None] + np.arange(-QRS, QRS + 1), 0, len(codes) - 1)
    return float(np.median(np.ptp(codes[around], axis=1)))


def _noise(kind: str, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Of any size: float64[samples]."""
    if kind == "electrode motion":
        motions = np.where(rng.random(samples) < MOTIONS / SAMPLING_RATE, rng.normal(size=samples), 0.0)
        tail = np.exp(-np.arange(8 * DECAY * SAMPLING_RATE) / (DECAY * SAMPLING_RATE))
        return _convolved(motions, tail)
    spectrum = np.fft.rfft(rng.normal(size=samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLING_RATE)
    low, high = {"baseline wander": (0.0, WANDER), "muscle noise": MUSCLE}[kind]
    return np.fft.irfft(np.where((frequency > low) & (frequency <= high), spectrum, 0), samples)


def _convolved(events: np.ndarray, tail: np.ndarray) -> np.ndarray:
    whole = len(events) + len(tail)
    return np.fft.irfft(np.fft.rfft(events, whole) * np.fft.rfft(tail, whole), whole)[: len(events)]
