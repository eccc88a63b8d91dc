"""One patient, beat by beat, as hardware has it: what is known of a beat when it is told, and what is learned then."""

from __future__ import annotations

from itertools import chain

import numpy as np

from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.features import Beat
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding
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


class Rememberer(Follower):
    """Tells again, beside, what it told of the beats before.

    before: of each, the counts that are remembered, the latest first; of none before the first beat.
    """

    def __init__(self, encoding: RememberingEncoding) -> None:
        super().__init__(encoding.now)
        self.remembering = encoding

    def start(self) -> None:
        super().start()
        self.before: list[list[int]] = []

    def tell(self, rhythm: tuple[int, ...]) -> list[int]:
        counts = super().tell(rhythm)
        chosen = [counts[place] for place in self.remembering.places]
        before = self.before or [chosen] * self.remembering.beats
        self.before = [chosen, *before[:-1]]
        return [*counts, *chain.from_iterable(before)]


def follower(encoding: RelativeEncoding | RememberingEncoding) -> Follower:
    """That of an encoding."""
    return Follower(encoding) if isinstance(encoding, RelativeEncoding) else Rememberer(encoding)
