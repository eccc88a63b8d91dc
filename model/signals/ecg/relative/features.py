"""What is told of a beat: numbers about its shape and rhythm, most of them relative to what is usual for its patient.

A ratio is in eighths of an octave (`logarithm`); sums of absolute values stand for energies, so that nothing is
multiplied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.model.signals.ecg.relative.logarithm import ratio
from sparrow_ecg.model.signals.ecg.relative.usual import QRS, SEGMENTS, SPANS, P, Usual, distance

WIDE = slice(15, 37)  # blocks that hold the QRS complex of a ventricular beat
REPOLARISED = slice(36, 60)  # blocks of the T wave, late enough for a wide QRS
CHANGE = slice(17, 40)  # blocks that are compared with those of the beat before
SHORT, MIDDLE, LONG = SPANS
UNIT = 256  # samples, 0.71 s: what times are ratios to


@dataclass(frozen=True, eq=False)
class Beat:
    """Beats of one patient, each with the beat before it; all int64.

    shape, last:         [beats, BLOCKS], of the beat and of the one before.
    previous, following: [beats], samples since the beat before, and until the next.
    usual:               what was usual when it came.
    """

    shape: np.ndarray
    last: np.ndarray
    previous: np.ndarray
    following: np.ndarray
    usual: Usual


@dataclass(frozen=True)
class Feature:
    """A number about a beat. What is told is ``offset + value``, cut to 0..63."""

    value: Callable[[Beat], np.ndarray]
    offset: int
    text: str


def _size(beat: Beat) -> np.ndarray:
    """How large the patient's QRS complexes are: what distances are measured in."""
    return _sum(beat.usual.template, QRS) + 16


def _sum(shape: np.ndarray, where: slice) -> np.ndarray:
    return np.abs(shape[:, where]).sum(axis=1)


def _steps(shape: np.ndarray, where: slice) -> np.ndarray:
    """Sizes of the steps from block to block."""
    return np.abs(np.diff(shape[:, where], axis=1))


def _peak(shape: np.ndarray) -> np.ndarray:
    return np.abs(shape[:, WIDE]).max(axis=1)


def _count(sizes: np.ndarray) -> np.ndarray:
    """How many are more than a quarter of the largest."""
    return (sizes > sizes.max(axis=1, keepdims=True) >> 2).sum(axis=1)


def _away(name: str) -> Feature:
    """Distance from the template in a segment, in the size of the patient's QRS."""
    where = SEGMENTS[name]
    return Feature(
        lambda beat: ratio(distance(beat.shape, beat.usual.template, where), _size(beat)),
        56,
        f"distance from the template in {name}, over its QRS's size",
    )


def _unusual(name: str) -> Feature:
    """Distance from the template in a segment, over its running mean."""
    where = SEGMENTS[name]
    return Feature(
        lambda beat: ratio(distance(beat.shape, beat.usual.template, where), beat.usual.distances[name]),
        32,
        f"distance from the template in {name}, over its own running mean",
    )


def _interval(which: str, span: int) -> Feature:
    return Feature(
        lambda beat: ratio(getattr(beat, which), beat.usual.intervals[span]) << 1,
        32,
        f"{which} interval over the mean of {1 << span}, twice as fine",
    )


def _off(which: str) -> Feature:
    return Feature(
        lambda beat: ratio(np.abs(getattr(beat, which) - beat.usual.intervals[SHORT]), beat.usual.intervals[SHORT]),
        56,
        f"{which} interval: difference from the mean of {1 << SHORT}, over that",
    )


def _time(value: Callable[[Beat], np.ndarray], text: str) -> Feature:
    """What is not relative to the patient."""
    return Feature(
        lambda beat: ratio(value(beat), np.array(UNIT)) << 1, 32, f"{text} over {UNIT} samples, twice as fine"
    )


def _t_direction(beat: Beat) -> np.ndarray:
    """The sum over the T wave, from an eighth of the QRS's size on; positive if QRS and T have the same sign."""
    t, qrs = beat.shape[:, REPOLARISED].sum(axis=1), beat.shape[:, WIDE].sum(axis=1)
    return (np.maximum(ratio(np.abs(t), _size(beat)) + 24, 0) * np.sign(t) * np.sign(qrs)) >> 1


OF_ITSELF = {  # the beat against what is usual
    **{f"away_{name}": _away(name) for name in ("p", "s", "st", "t")},
    **{f"unusual_{name}": _unusual(name) for name in ("p", "s", "st", "t", "all")},
    "area": Feature(lambda beat: ratio(_sum(beat.shape, QRS), _size(beat)), 32, "size of the QRS over the template's"),
    "height": Feature(
        lambda beat: ratio(_peak(beat.shape), _peak(beat.usual.template)), 32, "peak over the template's peak"
    ),
    "wide": Feature(
        lambda beat: _count(np.abs(beat.shape[:, WIDE])) << 1, 16, "blocks over a quarter of the peak, doubled"
    ),
    "wide_steep": Feature(
        lambda beat: _count(_steps(beat.shape, WIDE)) << 1, 16, "steps over a quarter of the steepest, doubled"
    ),
    "sharp": Feature(
        lambda beat: ratio(_steps(beat.shape, WIDE).max(axis=1), _peak(beat.shape)), 40, "steepest step over the peak"
    ),
    "p_size": Feature(
        lambda beat: ratio(_steps(beat.shape, P).sum(axis=1), _size(beat)),
        56,
        "steps in P, summed, over the QRS's size",
    ),
    "p_change": Feature(
        lambda beat: ratio(_steps(beat.shape, P).sum(axis=1), _steps(beat.usual.template, P).sum(axis=1)),
        32,
        "steps in P, summed, over the template's",
    ),
    "p_height": Feature(
        lambda beat: ratio(np.ptp(beat.shape[:, P], axis=1), _size(beat)), 64, "range of P over the QRS's size"
    ),
    **{f"previous_{1 << span}": _interval("previous", span) for span in SPANS},
    **{f"following_{1 << span}": _interval("following", span) for span in SPANS},
    "rate": Feature(
        lambda beat: ratio(beat.usual.intervals[SHORT], beat.usual.intervals[LONG]) << 2,
        32,
        f"mean of {1 << SHORT} intervals over that of {1 << LONG}, four times as fine",
    ),
    "previous_off": _off("previous"),
    "following_off": _off("following"),
    "previous_odd": Feature(
        lambda beat: ratio(np.abs(beat.previous - beat.usual.intervals[SHORT]), beat.usual.swing),
        32,
        "previous interval: difference from the mean, over how much intervals swing",
    ),
    "t_direction": Feature(_t_direction, 32, "sum over the T wave in the QRS's size, negative against the QRS"),
    "change": Feature(
        lambda beat: ratio(_sum(beat.shape - beat.last, CHANGE), _size(beat)), 48, "distance from the beat before"
    ),
}
OF_RHYTHM = {  # more of the intervals, also of those that many patients share
    "swing": Feature(
        lambda beat: ratio(beat.usual.swing, beat.usual.intervals[SHORT]),
        56,
        "how much intervals swing, over their mean",
    ),
    "following_previous": Feature(
        lambda beat: ratio(beat.following, beat.previous) << 1,
        32,
        "following interval over the previous, twice as fine",
    ),
    "both": Feature(
        lambda beat: ratio(beat.previous + beat.following, beat.usual.intervals[SHORT] << 1) << 2,
        32,
        f"both intervals over twice the mean of {1 << SHORT}, four times as fine",
    ),
    "previous_time": _time(lambda beat: beat.previous, "previous interval"),
    "following_time": _time(lambda beat: beat.following, "following interval"),
    "mean_time": _time(lambda beat: beat.usual.intervals[MIDDLE], f"mean of {1 << MIDDLE} intervals"),
}
FEATURES = OF_ITSELF | OF_RHYTHM
