"""A layer: integer weights and biases, and how its neurons fire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAX_ACCUMULATOR_BITS = 48  # of a layer's potential, and the highest threshold_log2
MAX_STEPS = (1 << 15) - 1  # IF adds a potential up T times, and fires at T thresholds: T * 2**48 stays in int64


@dataclass(frozen=True)
class Firing:
    """Sum-Spikes-and-Fire: an integer potential becomes a spike count in 0..steps.

    threshold_log2: the firing threshold is ``2**threshold_log2``, so that firing is a shift.
    steps:          the time window T, at least 1.
    """

    threshold_log2: int
    steps: int

    def compute(self, potential: np.ndarray) -> np.ndarray:
        """Spike counts for int64 potentials of any shape; floors towards minus infinity."""
        return np.clip(potential >> self.threshold_log2, 0, self.steps)


@dataclass(frozen=True, eq=False)
class Dense:
    """One fully connected layer of integers.

    weights: int64[outputs, inputs].
    biases:  int64[outputs], already multiplied by T.
    firing:  how its neurons fire, or None for the output layer.
    """

    weights: np.ndarray
    biases: np.ndarray
    firing: Firing | None

    @property
    def inputs(self) -> int:
        return int(self.weights.shape[1])

    @property
    def outputs(self) -> int:
        """Counts that it hands on."""
        return int(self.weights.shape[0])

    @property
    def neurons(self) -> int:
        """Those that fire, each with a potential of its own."""
        return self.outputs

    def most(self, steps: int) -> int:
        """The highest count that it hands on in a window of so many steps."""
        return steps

    def bounds(self, count_max: int) -> tuple[int, int]:
        """Lowest and highest value of any partial sum ``b + sum W n`` with each n in 0..count_max.

        A sum that starts at b and adds the terms in any order stays inside, as every term's range holds 0.
        """
        low = self.biases + np.minimum(self.weights, 0).sum(axis=1) * count_max
        high = self.biases + np.maximum(self.weights, 0).sum(axis=1) * count_max
        return int(low.min()), int(high.max())


def signed_bits(low: int, high: int) -> int:
    """Width of the narrowest two's complement number that holds low..high."""
    return max((-low - 1).bit_length() if low < 0 else 0, high.bit_length() if high > 0 else 0) + 1
