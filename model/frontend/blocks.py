"""Sums of four ticks, and how much they bend: all that the detector sees of the ECG.

A block is 11 ms. The detector looks at the second difference of pairs of sums, 33 ms to either side:

    a[k] = |2 y[k-3] - y[k] - y[k-6]|,  y[k] = s[k] + s[k-1]

a band pass around 13 Hz, which a QRS complex fills and neither P and T waves nor the baseline do; it is highest where
the complex is: in the middle of it lies the end of block k-4, where `LAG` puts the peak.
"""

from __future__ import annotations

import numpy as np

BLOCK = 4  # ticks
REACH = 3  # blocks from the middle of the second difference to either side
TAPS = 2 * REACH + 2  # sums that it is made of
LAG = REACH  # the peak is where block k - LAG begins


def sums(ticks: np.ndarray) -> np.ndarray:
    """Sums of whole blocks: int64[blocks], of int64[ticks]."""
    return ticks[: len(ticks) // BLOCK * BLOCK].reshape(-1, BLOCK).sum(axis=1)


def bend(last: list[int]) -> int:
    """a[k], of the last `TAPS` sums, the newest first."""
    return abs(2 * (last[REACH] + last[REACH + 1]) - last[0] - last[1] - last[2 * REACH] - last[2 * REACH + 1])


def bends(sums: np.ndarray) -> np.ndarray:
    """a[k] of every block, int64[blocks]; 0 for those before which there are too few."""
    found = np.zeros(len(sums), np.int64)
    pairs = sums[1:] + sums[:-1]
    found[TAPS - 1 :] = np.abs(2 * pairs[REACH:-REACH] - pairs[2 * REACH :] - pairs[: -2 * REACH])
    return found
