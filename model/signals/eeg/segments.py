"""Segments of EEG as pictures of their spectra, and what each of them is of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.signal import welch

from sparrow_ecg.model.errors import InputError

ELECTRODES = (  # DEAP's, in its order ("Geneva"); a picture has a row for each
    *("Fp1", "AF3", "F3", "F7", "FC5", "FC1", "C3", "T7", "CP5", "CP1", "P3", "P7", "PO3", "O1", "Oz", "Pz"),
    *("Fp2", "AF4", "Fz", "F4", "F8", "FC6", "FC2", "Cz", "C4", "T8", "CP6", "CP2", "P4", "P8", "PO4", "O2"),
)
RATE = 128  # Hz, DEAP's
WINDOW = 63  # samples of a periodogram, which so has 32 bins of 2 Hz
DECIBELS = (-70.0, 0.0)  # densities of trials in 0..1 that are black and white


@dataclass(frozen=True, eq=False)
class Segments:
    """Segments of all recordings of a data set, two classes to each question.

    pixels:  uint8[n, 1, electrodes, bins], see `spectra`.
    labels:  by question, int64[n], 0 or 1; -1 where a segment has no answer.
    classes: by question, the names of 0 and 1.
    trial:   int64[n], the trial that a segment was cut from; no two recordings share one.
    group:   int64[n], what a trial is of. grouped: what that is, ``subject`` or ``run``.
    """

    name: str
    pixels: np.ndarray
    labels: Mapping[str, np.ndarray]
    classes: Mapping[str, tuple[str, str]]
    trial: np.ndarray
    group: np.ndarray
    grouped: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is learned from and scored."""
        arrays = (self.pixels, self.trial, self.group, *self.labels.values())
        return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def join(
    name: str,
    grouped: str,
    classes: Mapping[str, tuple[str, str]],
    trials: Sequence[tuple[np.ndarray, Mapping[str, int], int]],
) -> Segments:
    """The segments of trials: of each its pictures, uint8[segments, electrodes, bins], its labels and its group."""
    sizes = [len(pictures) for pictures, _, _ in trials]
    return Segments(
        name,
        np.concatenate([pictures for pictures, _, _ in trials])[:, None],
        {each: np.repeat([labels[each] for _, labels, _ in trials], sizes).astype(np.int64) for each in classes},
        classes,
        np.repeat(np.arange(len(trials)), sizes),
        np.repeat([group for _, _, group in trials], sizes).astype(np.int64),
        grouped,
    )


def spectra(trial: np.ndarray, segment: int) -> np.ndarray:
    """Pictures of a trial's segments, uint8[segments, electrodes, 32]: power spectral density, from 0 to 64 Hz.

    As the thesis has it: all of the trial, float[electrodes, samples], is brought to 0..1 by its lowest and highest
    value, and cut into segments of so many samples; Welch's method, Hamming windows of 63 samples, half of it shared.
    Ours: decibels in place of a clamped density, so that no data set has to set a gain. What is left of a trial's end
    is dropped. Raises InputError for a trial that is flat, or too short for a segment, or has what is no number.
    """
    low, high = float(np.min(trial)), float(np.max(trial))
    if not np.isfinite([low, high]).all() or low == high:
        raise InputError("a trial is flat, or has a value that is no number")
    whole = trial.shape[1] // segment
    if not whole:
        raise InputError(f"a trial has {trial.shape[1]} samples, and a segment {segment}")
    pieces = ((trial - low) / (high - low))[:, : whole * segment].reshape(len(trial), whole, segment)
    density = welch(pieces, window="hamming", nperseg=WINDOW)[1]
    black, white = DECIBELS
    shades = (10 * np.log10(density + 1e-12) - black) / (white - black)
    return np.rint(255 * shades.clip(0, 1)).astype(np.uint8).swapaxes(0, 1)
