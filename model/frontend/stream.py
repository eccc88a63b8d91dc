"""The front end sample by sample, as hardware is: plain integers, and no more memory than `FrontEnd.depth` sums."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sparrow_ecg.model.frontend.blocks import BLOCK, TAPS, bend
from sparrow_ecg.model.frontend.frontend import HIGHEST, FrontEnd, State, Told


@dataclass(eq=False)
class Stream:
    """After reset; `push` takes sample after sample, and tells what `FrontEnd.run` tells of the record."""

    front: FrontEnd
    phase: int = 0
    taken: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stored: deque[int] = deque(maxlen=self.front.depth)
        self.state = State(self.front)
        self.shape: tuple[list[int], int] = ([], 0)

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
            yield told, None if told.shape is None else self._counts(told.rhythm)
        if self.state.waiting and self.state.waiting.shape == self.state.block - 1:
            self.shape = self._encode()

    def _encode(self) -> tuple[list[int], int]:
        """Counts of the shape of the oldest sums that are stored, and their range."""
        coding = self.front.encoding
        together = coding.block // BLOCK
        oldest = list(reversed(self.stored))
        taken = [sum(oldest[i * together : (i + 1) * together]) for i in range(coding.blocks)]
        low, span = min(taken), max(taken) - min(taken)
        return [((each - low) << coding.input_bits) // (span + 1) for each in taken], span

    def _counts(self, rhythm: tuple[int, int, int]) -> list[int]:
        shape, span = self.shape
        values = {**dict(zip(("previous", "following", "mean"), rhythm, strict=True)), "range": span}
        coding = self.front.encoding
        return shape + [int(coding.feature(name, np.array([values[name]]))[0]) for name in coding.features]
