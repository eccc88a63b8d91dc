"""The front end sample by sample, as hardware is: plain integers, and no more memory than `FrontEnd.depth` sums."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sparrow_ecg.model.frontend.blocks import BLOCK, TAPS, bend
from sparrow_ecg.model.frontend.frontend import HIGHEST, FrontEnd, State, Told
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.relative.follower import Follower, follower


@dataclass(eq=False)
class Stream:
    """After reset; `push` takes sample after sample, and tells what `FrontEnd.run` tells of the record."""

    front: FrontEnd
    phase: int = 0
    taken: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stored: deque[int] = deque(maxlen=self.front.depth)
        self.state = State(self.front)
        coding = self.front.encoding
        self.coder: Absolute | Follower = Absolute(coding) if isinstance(coding, Encoding) else follower(coding)

    def push(self, code: int) -> Iterator[tuple[Told, list[int] | None]]:
        """The beats that are told with a sample, and their counts; none if they may not be classified."""
        ticks, self.phase = self.front.ticks.advance(self.phase)
        for _ in range(ticks):
            self.taken.append(code)
            if len(self.taken) == BLOCK:
                yield from self._block(self.taken)
                self.taken = []

    def _block(self, codes: list[int]) -> Iterator[tuple[Told, list[int] | None]]:
        total = sum(codes)
        bad = 0 in codes or HIGHEST in codes or (bool(self.stored) and total == self.stored[0])
        self.stored.appendleft(total)
        enough = len(self.stored) >= TAPS
        for told in self.state.push(bend([*self.stored][:TAPS]) if enough else 0, bad):
            yield told, None if told.shape is None else self.coder.tell(told.rhythm)
        if self.state.quality.off:
            self.coder.start()
        if self.state.waiting and self.state.waiting.shape == self.state.block - 1:
            self.coder.load([*reversed(self.stored)])


class Absolute:
    """Counts of an `Encoding`: of the shape when it is loaded, of the rest when the beat is told."""

    def __init__(self, coding: Encoding) -> None:
        self.coding = coding

    def start(self) -> None:
        """Nothing is kept from beat to beat."""

    def load(self, stored: list[int]) -> None:
        """All sums that are stored, the oldest first."""
        coding = self.coding
        together = coding.block // BLOCK
        taken = [sum(stored[i * together : (i + 1) * together]) for i in range(coding.blocks)]
        low, self.span = min(taken), max(taken) - min(taken)
        self.shape = [((each - low) << coding.input_bits) // (self.span + 1) for each in taken]

    def tell(self, rhythm: tuple[int, ...]) -> list[int]:
        values = {**dict(zip(("previous", "following", "mean"), rhythm, strict=True)), "range": self.span}
        coding = self.coding
        return self.shape + [int(coding.feature(name, np.array([values[name]]))[0]) for name in coding.features]
