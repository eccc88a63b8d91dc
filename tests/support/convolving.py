"""A small core with convolutions, and pictures for it."""

from __future__ import annotations

from functools import cache

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.picture import Picture
from sparrow_ecg.model.network import Convolution, Dense, Firing, Network, PictureCounts, Pooling
from sparrow_ecg.model.signals.images.pictures import Pictures

CLASSES = 3


@cache
def build() -> Build:
    """7 x 6 pixels in two codes, T = 2; 4 channels pooled to 3 x 3 places, of which the next layer hears 3; 3 channels
    of stride 2, and a dense layer.
    """
    rng = np.random.default_rng(5)
    counts = PictureCounts(7, 6, 1, (2, 3), 2)
    first = Convolution(
        rng.integers(-4, 8, (4, 18)),
        rng.integers(-9, 9, 4),
        Firing(3, 2),
        counts.map,
        3,
        1,
        1,
        Pooling(2, Firing(1, 2)),
    )
    heard = rng.integers(-4, 8, (3, 4, 4)) * [1, 1, 1, 0]
    second = Convolution(heard.reshape(3, 16), rng.integers(-9, 9, 3), Firing(2, 2), first.leaving, 2, 2, 1, None)
    last = Dense(rng.integers(-8, 8, (CLASSES, second.outputs)), rng.integers(-9, 9, CLASSES), None)
    network = Network("few", counts, (first, second, last), 2, 4, tuple("abc"), {})
    return Build(network, Picture(3))


@cache
def pictures() -> Pictures:
    rng = np.random.default_rng(7)
    pixels = rng.integers(0, 256, (40, 1, 7, 6)) * rng.integers(0, 2, (40, 1, 7, 6))
    return Pictures(pixels.astype(np.uint8), rng.integers(0, CLASSES, 40), CLASSES)
