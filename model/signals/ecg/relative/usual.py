"""What is usual for a patient: a running template of the beat, how far beats are from it, and running intervals.

Streaming: what is known when a beat comes depends on the beats before it alone, and the beat itself changes it once the
next peak is known. Several patients go in lockstep, one beat of each at a time, for numpy's sake; none sees another.

A beat teaches the template in regular rhythm only, and only if it looks like it: an early beat, one before a pause, or
a strange one does not. A strange beat in regular rhythm moves it slowly, so that a shape that has come to stay is
learned in the end. The first `WARM` beats always teach, and fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK, BLOCKS = 4, 64  # samples in a block, blocks in a window
BEFORE = 96  # samples of the window before the peak, which is in block BEFORE // BLOCK
LEVEL = slice(14, 18)  # blocks whose mean is taken for the zero line: the end of the P-Q interval

P, QRS, S, ST, T = slice(2, 15), slice(17, 33), slice(24, 33), slice(33, 42), slice(42, 60)  # blocks
SEGMENTS = {"p": P, "s": S, "st": ST, "t": T, "all": slice(0, BLOCKS)}

WARM = 8  # beats
FRACTION = 4  # bits after the point of the template and of the mean distances
FAST, NORMAL, SLOW = 2, 4, 6  # the template moves by 2**-FAST, ... of its distance to a beat
SPANS = (3, 5, 7)  # running means of the interval over about 8, 32 and 128 beats
STRANGE = 32  # codes, summed over blocks: what a mean distance may be too small by


@dataclass(frozen=True, eq=False)
class Usual:
    """What is usual when a beat comes, for each of some beats; all int64.

    template:  [beats, BLOCKS], sums of the codes of a block, less the zero line.
    distances: for each of `SEGMENTS`, [beats], the usual sum of absolute differences from the template there.
    intervals: for each of `SPANS`, [beats], the running mean of the interval before a beat, in samples.
    swing:     [beats], the running mean of how much an interval differs from the one before, in samples.
    """

    template: np.ndarray
    distances: dict[str, np.ndarray]
    intervals: dict[int, np.ndarray]
    swing: np.ndarray


def shapes(windows: np.ndarray) -> np.ndarray:
    """Sums of blocks less the zero line, int64[beats, BLOCKS], of codes int64[beats, BLOCK * BLOCKS]."""
    return levelled(windows.reshape(len(windows), BLOCKS, BLOCK).sum(axis=2))


def levelled(sums: np.ndarray) -> np.ndarray:
    """Less the zero line, of sums int64[beats, BLOCKS]."""
    return sums - (sums[:, LEVEL].sum(axis=1, keepdims=True) >> 2)


def distance(shape: np.ndarray, template: np.ndarray, where: slice) -> np.ndarray:
    """The sum of absolute differences in some blocks, int64[beats]."""
    return np.abs(shape[:, where] - template[:, where]).sum(axis=1)


class State:
    """What is usual for each of some patients now; arrays have one entry a patient."""

    def __init__(self, shape: np.ndarray, previous: np.ndarray):
        self.learned = np.zeros(len(shape), np.int64)
        self.template = shape << FRACTION
        self.distances = {name: np.zeros(len(shape), np.int64) for name in SEGMENTS}
        self.intervals = {span: previous << span for span in SPANS}
        self.swing = np.zeros(len(shape), np.int64)
        self.last = previous

    def usual(self) -> Usual:
        distances = {name: state >> FRACTION for name, state in self.distances.items()}
        intervals = {span: state >> span for span, state in self.intervals.items()}
        return Usual(self.template >> FRACTION, distances, intervals, self.swing >> SPANS[0])

    def learn(self, shape: np.ndarray, previous: np.ndarray, following: np.ndarray) -> None:
        """Take a beat in: int64[patients, BLOCKS], and its intervals, int64[patients]."""
        usual = self.usual()
        mean = usual.intervals[SPANS[0]]
        found = {name: distance(shape, usual.template, where) for name, where in SEGMENTS.items()}
        regular = (np.abs(previous - mean) < mean >> 3) & (np.abs(following - mean) < mean >> 2)
        strange = found["all"] >= 2 * usual.distances["all"]
        warm = self.learned < WARM
        learns = warm | (regular & ~strange)
        moves = learns | regular
        shift = np.where(warm, FAST, np.where(strange, SLOW, NORMAL))
        self.template = np.where(moves[:, None], _toward(self.template, shape, FRACTION, shift[:, None]), self.template)
        for name, state in self.distances.items():
            most = np.where(learns, found[name], 2 * usual.distances[name] + STRANGE)
            nearer = _toward(state, np.minimum(found[name], most), FRACTION, np.where(warm, FAST, NORMAL))
            self.distances[name] = np.where(moves, nearer, state)
        self.learned = self.learned + learns
        self.swing = _toward(self.swing, np.minimum(np.abs(previous - self.last), mean), SPANS[0], SPANS[0])
        self.last = previous
        for span, state in self.intervals.items():
            likely = np.clip(previous, usual.intervals[span] >> 1, usual.intervals[span] << 1)
            self.intervals[span] = _toward(state, likely, span, span)


def _toward(state: np.ndarray, value: np.ndarray, fraction: int, shift: np.ndarray | int) -> np.ndarray:
    """A state with ``fraction`` bits after the point, moved by 2**-shift of its distance to a value, rounded down."""
    return state + (((value << fraction) - state) >> shift)


def follow(shape: list[np.ndarray], previous: list[np.ndarray], following: list[np.ndarray]) -> list[Usual]:
    """What was usual when each beat came, for each patient.

    Each list has an entry a patient: int64[beats, BLOCKS], int64[beats] and int64[beats], all of its beats in order.
    """
    most = max(map(len, shape))
    lengths = [len(beats) for beats in shape]

    def together(of: list[np.ndarray]) -> np.ndarray:
        """[beats, patients, ...], where a patient has no beat any more, zeros."""
        return np.stack([np.pad(a, [(0, most - len(a))] + [(0, 0)] * (a.ndim - 1)) for a in of], axis=1)

    beats = together(shape), together(previous), together(following)
    state = State(beats[0][0], beats[1][0])
    steps = []
    for beat in zip(*beats, strict=True):
        steps.append(state.usual())
        state.learn(*beat)
    template = np.stack([step.template for step in steps])
    distances = {name: np.stack([step.distances[name] for step in steps]) for name in SEGMENTS}
    intervals = {span: np.stack([step.intervals[span] for step in steps]) for span in SPANS}
    swing = np.stack([step.swing for step in steps])
    return [
        Usual(
            template[:n, patient],
            {name: values[:n, patient] for name, values in distances.items()},
            {span: values[:n, patient] for span, values in intervals.items()},
            swing[:n, patient],
        )
        for patient, n in enumerate(lengths)
    ]
