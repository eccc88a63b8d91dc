"""Random networks and counts for the energy tests."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from sparrow_ecg.model.network import Dense, DirectCounts, Firing, Network


def _random_case(seed: int, steps: int | None = None, beats: int = 3) -> tuple[Network, np.ndarray]:
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 9, size=rng.integers(2, 5)).tolist()
    steps = steps or int(rng.integers(1, 16))
    weight_bits, input_bits = int(rng.integers(2, 9)), int(rng.integers(1, 9))
    limit = 1 << (weight_bits - 1)
    layers = tuple(
        Dense(
            rng.integers(-limit, limit, size=(outputs, inputs)),
            rng.integers(-3 * limit, 3 * limit, size=outputs),
            Firing(int(rng.integers(0, 6)), steps) if k < len(shape) - 2 else None,
        )
        for k, (inputs, outputs) in enumerate(pairwise(shape))
    )
    classes = tuple(map(str, range(shape[-1])))
    network = Network("random", DirectCounts(shape[0], input_bits), layers, steps, weight_bits, classes, {})
    counts = rng.integers(0, 1 << input_bits, size=(beats, shape[0]))
    return network, counts * rng.integers(0, 2, size=counts.shape)


@pytest.fixture(scope="session")
def random_case() -> Callable[..., tuple[Network, np.ndarray]]:
    """``random_case(seed, steps=None, beats=3)``: a network of 1 to 3 layers, and counts."""
    return _random_case


@pytest.fixture(scope="session")
def small() -> tuple[Network, np.ndarray]:
    """2-2-1, T=3, 8-bit weights, 2-bit inputs, threshold 4: one beat worked out by hand in the tests."""
    layers = (
        Dense(np.array([[3, 1], [-2, 5]]), np.array([0, 3]), Firing(2, 3)),
        Dense(np.array([[2, -1]]), np.array([1]), None),
    )
    network = Network("small", DirectCounts(2, 2), layers, 3, 8, ("only",), {})
    return network, np.array([[3, 0]])
