"""One patient, beat by beat, as hardware has it: what is known of a beat when it is told, and what is learned then."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import Beat
from sparrow_ecg.model.signals.ecg.relative.usual import State, levelled


class Follower:
    """`load` takes the window of a beat when it is complete, `tell` its intervals when the next one is known.

    state: what is usual; none before the first beat.
    """

    def __init__(self, encoding: RelativeEncoding) -> None:
        self.encoding = encoding
        self.start()

    def start(self) -> None:
        """Forget everything."""
        self.state: State | None = None

    def load(self, sums: list[int]) -> None:
        """Sums of the window's blocks. What was loaded before becomes the beat before this one."""
        shape = levelled(np.array([sums], np.int64))
        self.last = self.shape if self.state else shape
        self.shape: np.ndarray = shape

    def tell(self, rhythm: tuple[int, ...]) -> list[int]:
        """Counts of the beat that was loaded, which then teaches. rhythm: intervals before and after it, in samples."""
        previous, following = rhythm[:2]
        if not self.state:
            previous = following
            self.state = State(self.shape, np.array([previous]))
        before, after = np.array([previous]), np.array([following])
        seen = Beat(self.shape, self.last, before, after, self.state.usual())
        self.state.learn(self.shape, before, after)
        return self.encoding.counts(seen)[0].tolist()
