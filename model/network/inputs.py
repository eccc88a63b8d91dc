"""Inputs of a network that is not for heartbeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.convolution import Map

BRIGHTEST = 255  # of a pixel


@dataclass(frozen=True)
class DirectCounts:
    """Inputs that are counts already, with no encoder before them: each in 0..2**input_bits - 1."""

    inputs: int
    input_bits: int

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise InputError("field encoding.inputs: there is at least 1")
        if not 1 <= self.input_bits <= 16:
            raise InputError("field encoding.input_bits: not in 1..16")


@dataclass(frozen=True)
class PictureCounts:
    """Pixels as counts of spikes, ``clamp(floor(level p / 255), 0, steps)`` of a pixel p in 0..255.

    levels: with each of them the picture comes in once more, as further channels (input expansion of VR-encoding).
    """

    height: int
    width: int
    colours: int
    levels: tuple[int, ...]
    steps: int

    def __post_init__(self) -> None:
        for name in ("height", "width", "colours"):
            if getattr(self, name) < 1:
                raise InputError(f"field encoding.{name}: there is at least 1")
        if not self.levels or min(self.levels) < 1:
            raise InputError("field encoding.levels: at least one, each at least 1")
        if not 1 <= self.steps < 1 << 16:
            raise InputError("field encoding.steps: not in 1..65535")

    @property
    def map(self) -> Map:
        return Map(self.height, self.width, self.colours * len(self.levels))

    @property
    def inputs(self) -> int:
        return self.map.size

    @property
    def input_bits(self) -> int:
        return self.steps.bit_length()

    def encode(self, pixels: np.ndarray) -> np.ndarray:
        """Counts int64[pictures, inputs], in the order of a `Map`. pixels: uint8[pictures, colours, height, width].

        Raises InputError for pictures of another shape.
        """
        wanted = self.colours, self.height, self.width
        if pixels.shape[1:] != wanted:
            raise InputError(f"pictures of {pixels.shape[1:]} colours, rows and columns: the network takes {wanted}")
        last = np.moveaxis(pixels, 1, -1).astype(np.int64)
        counts = np.concatenate([last * level // BRIGHTEST for level in self.levels], axis=-1)
        return np.minimum(counts, self.steps).reshape(len(pixels), -1)
