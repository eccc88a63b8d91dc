"""From floats to integers, on paper."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.conversion.ssf import best_threshold, fold, scale


def test_fold_gives_what_batchnorm_gives() -> None:
    rng = np.random.default_rng(0)
    weights, x = rng.normal(size=(5, 7)), rng.normal(size=(30, 7))
    mean, gain, shift = rng.normal(size=(3, 5))
    variance = rng.uniform(0.1, 2, 5)
    folded, bias = fold(weights, mean, variance, gain, shift)
    expected = (x @ weights.T - mean) / np.sqrt(variance) * gain + shift
    assert np.allclose(x @ folded.T + bias, expected)


def test_the_threshold_suits_the_weights() -> None:
    weights = np.array([[-0.9, 0.4, 0.1]])
    assert scale(best_threshold(weights, 8, 15, 15, 0), 15, 15) == 128  # 0.9 * 128 is the last to fit 8 bits
    assert best_threshold(weights, 8, 15, 15, 1) == 8
