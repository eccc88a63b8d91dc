"""From a trained network in floats to the integers of `Network`. Plain numpy.

A layer of floats computes ``z = W a + b`` from activations ``a = n / M``, where the counts n are in 0..M, and fires
``floor(T z)`` spikes. With a scale q for its weights, the integer layer has

    weights ``round(q W)``, biases ``round(q M b)``, potential ``N = q M z``,

and fires ``floor(T z) = floor(N T / (q M))`` spikes: a shift by s bits if ``q = 2**s T / M``. So a threshold that is a
power of two costs nothing but the choice of q.
"""

from __future__ import annotations

import numpy as np

THRESHOLDS = range(0, 17)  # candidates for threshold_log2


def fold(
    weights: np.ndarray, mean: np.ndarray, variance: np.ndarray, gain: np.ndarray, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights[outputs, inputs] and biases[outputs] of a linear layer that takes in the BatchNorm after it.

    mean, variance, gain, shift: of the BatchNorm, [outputs] each; ``variance`` includes its epsilon.
    """
    factor = gain / np.sqrt(variance)
    return weights * factor[:, None], shift - mean * factor


def scale(threshold_log2: int, steps: int, count_max: int) -> float:
    """q, the integer steps of a weight of 1.0, of a layer that takes counts in 0..count_max."""
    return 2.0**threshold_log2 * steps / count_max


def best_threshold(weights: np.ndarray, weight_bits: int, steps: int, count_max: int, headroom: int) -> int:
    """The threshold_log2 that rounds the weights with the least squared error, and ``headroom`` bits finer.

    Weights beyond the range saturate; a finer step at the price of more saturation is what training likes.
    """
    limit = 1 << (weight_bits - 1)

    def error(threshold_log2: int) -> float:
        q = scale(threshold_log2, steps, count_max)
        return float(np.square(np.clip(np.round(weights * q), -limit, limit - 1) / q - weights).sum())

    return min(THRESHOLDS, key=error) + headroom
