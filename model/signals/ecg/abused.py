"""Samples that no heart gives: what a front end must live through, and recover from."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION, SAMPLING_RATE, ZERO

TOP = (1 << RESOLUTION) - 1
EVERY = 12 * SAMPLING_RATE  # samples: as often something goes wrong, on average
LONGEST = 20 * SAMPLING_RATE  # samples that it lasts, at most
KINDS = ("rails", "low", "high", "flat", "noise", "spikes", "quiet", "square", "walk", "louder", "loudest bends")


def abuse(codes: np.ndarray, seed: int) -> np.ndarray:
    """Codes, int64[samples], with stretches in which a lead is off, flat or saturated, of noise, of a pacemaker's
    spikes, of square waves at the detector's own pace, and of ECG that is suddenly larger or smaller.
    """
    rng, codes = np.random.default_rng(seed), codes.copy()
    for kind in rng.choice(KINDS, max(1, len(codes) // EVERY)):
        first = int(rng.integers(0, len(codes)))
        part = slice(first, min(len(codes), first + int(rng.integers(1, LONGEST) * rng.random() ** 2) + 1))
        codes[part] = _stretch(str(kind), codes[part], rng)
    return codes


def _stretch(kind: str, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(codes)
    match kind:
        case "rails":
            return np.where(rng.random(size) < rng.random(), 0, TOP)
        case "low" | "high" | "flat":
            return np.full(size, {"low": 0, "high": TOP, "flat": int(rng.integers(0, TOP + 1))}[kind])
        case "noise":
            return rng.integers(0, TOP + 1, size)
        case "spikes":
            return np.where(rng.random(size) < 0.01, rng.integers(0, TOP + 1, size), codes)
        case "quiet":
            return ZERO + rng.integers(-4, 5, size)
        case "square":
            return np.where(np.arange(size) // int(rng.integers(1, 200)) % 2, ZERO - 800, ZERO + 800)
        case "walk":
            return np.clip(ZERO + np.cumsum(rng.integers(-40, 41, size)), 0, TOP)
        case "louder":
            return np.clip(ZERO + (codes - ZERO) * int(rng.integers(-8, 9)) // 2, 0, TOP)
    return np.where(np.arange(size) // 8 % 3 == 1, TOP - 1, 1)  # pairs of blocks against their neighbours
