"""The front end as a whole: codes come in one by one, heartbeats with their counts go out.

A beat becomes known `CLEAR` blocks after its R peak. `FrontEnd.wait` blocks after the peak its window, whole blocks, is
complete, and its shape is encoded; when the next beat is known, so are its intervals, and the beat is told. So what a
beat needs between its shape and its answer is in the network's core already, and nothing of it is stored twice.

Some beats are told without counts, and nobody may classify them: those found by looking back, whose window is gone;
those whose window begins before the start; and those before whose next beat the lead was lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.frontend.blocks import BLOCK, LAG, TAPS, bends, sums
from sparrow_ecg.model.frontend.detector import CLEAR, LONGEST, Detector, Found
from sparrow_ecg.model.frontend.quality import Quality
from sparrow_ecg.model.frontend.sampling import Ticks
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.encoding import MEAN_LOG2, Encoding
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION, SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.signals.ecg.relative.remembering import RememberingEncoding

HIGHEST = (1 << RESOLUTION) - 1  # code
Hearable = Encoding | RelativeEncoding | RememberingEncoding
PROBES = {  # by the part that has it
    "detector": ["beats", "noise", "height", "usual", "known", "age", "learned", "highest", "clear", "held", "held_at"],
    "quality": ["count", "off"],
    "state": ["since", "mean"],
}


@dataclass(frozen=True)
class Told:
    """A beat, told in block ``block``.

    peak:   tick of its R peak.
    shape:  block in which its shape was encoded; none if it may not be classified.
    rhythm: its intervals in ticks: previous, following, mean. Where no beat is, for so long, it is 4 * `LONGEST`; the
            mean is 0 before the first interval.
    session: in how many blocks before it the lead was off.
    """

    block: int
    peak: int
    shape: int | None
    rhythm: tuple[int, int, int]
    session: int


@dataclass(frozen=True, eq=False)
class Heard:
    """What was heard in a recording of n beats.

    block, peak: int64[n], as `Told` has them.
    judged:      bool[n], whether it may be classified.
    counts:      int64[n, inputs], 0 where it may not.
    rhythm:      int64[n, 3], as `Told` has it.
    off:         bool[blocks], where the lead was off.
    states:      None, or int64[blocks, probes]: what `State.probes` were after each block.
    """

    block: np.ndarray
    peak: np.ndarray
    judged: np.ndarray
    counts: np.ndarray
    rhythm: np.ndarray
    off: np.ndarray
    states: np.ndarray | None = None


@dataclass(frozen=True)
class FrontEnd:
    """What is built, and what it computes.

    encoding: of the network; its window is made of whole blocks. One that is relative to the patient learns from every
              beat that may be classified, since the lead was off, and from no other.
    rate:     samples a second.
    """

    encoding: Hearable
    rate: float = SAMPLING_RATE

    @classmethod
    def of(cls, network: Network, rate: float = SAMPLING_RATE) -> FrontEnd:
        """That of a network. Raises InputError for one whose inputs it does not make."""
        return cls(hearable(network.encoding, f"network '{network.name}'"), rate)

    def __post_init__(self) -> None:
        for name in ("before", "block", "after"):
            if getattr(self.encoding, name) % BLOCK:
                raise InputError(
                    f"encoding.{name} = {getattr(self.encoding, name)}: the front end needs whole {BLOCK}s"
                )
        Ticks(self.rate)

    @property
    def ticks(self) -> Ticks:
        return Ticks(self.rate)

    @property
    def wait(self) -> int:
        """Blocks from the one that is highest at the peak until the window is encoded, after the beat is known."""
        return max(CLEAR + 1, self.encoding.after // BLOCK - LAG - 1)

    @property
    def depth(self) -> int:
        """Blocks that are stored."""
        return self.wait + LAG + 1 + self.encoding.before // BLOCK

    @property
    def probes(self) -> tuple[tuple[str, str], ...]:
        """Part and name of those of `PROBES` that there are: the mean interval is an input, or its encoding's own."""
        every = ((part, name) for part, names in PROBES.items() for name in names)
        return tuple(each for each in every if isinstance(self.encoding, Encoding) or each[1] != "mean")

    def run(self, codes: np.ndarray, probed: bool = False) -> Heard:
        """What is heard in a record from reset on: codes of 11 bits from 0, int64[samples]. probed: with ``states``."""
        ticks = self.ticks.spread(codes)
        blocks = sums(ticks)
        at_end = ((ticks == 0) | (ticks == HIGHEST))[: len(blocks) * BLOCK].reshape(-1, BLOCK).any(axis=1)
        bad = at_end | (np.diff(blocks, prepend=-1) == 0)
        state, off = State(self), np.zeros(len(blocks), bool)
        told: list[Told] = []
        states: list[tuple[int, ...]] = []
        for block, (height, is_bad) in enumerate(zip(bends(blocks).tolist(), bad.tolist(), strict=True)):
            told += state.push(height, is_bad)
            off[block] = state.quality.off
            if probed:
                states.append(state.probes)
        judged = np.array([each.shape is not None for each in told], dtype=bool)
        rhythm = np.array([each.rhythm for each in told], np.int64).reshape(-1, 3)
        counts = np.zeros((len(told), self.encoding.inputs), np.int64)
        last = np.array([each.shape for each in told if each.shape is not None], np.int64)
        session = np.array([each.session for each in told], np.int64)
        window = np.arange((self.encoding.before + self.encoding.after) // BLOCK) - self.depth + 1
        counts[judged] = self.encoding.hear(blocks[last[:, None] + window], rhythm[judged], session[judged])
        when, peak = np.array([(each.block, each.peak) for each in told], np.int64).reshape(-1, 2).T
        return Heard(when, peak, judged, counts, rhythm, off, np.array(states, np.int64) if probed else None)


def hearable(encoding: object, whose: str) -> Hearable:
    """The encoding, if a front end makes such inputs. Raises InputError otherwise, which tells ``whose`` it is."""
    if not isinstance(encoding, Hearable):
        raise InputError(f"{whose}: the front end does not make such inputs: choose tiny's kind, anyone's or mindful's")
    return encoding


@dataclass(eq=False)
class Waiting:
    """A beat that is known, and not told."""

    peak: int
    shape: int | None
    previous: int
    mean: int


@dataclass(eq=False)
class State:
    """All that there is after reset; `push` takes block after block.

    block:   number of the next. since: blocks since the start of the detector.
    age:     blocks since the peak of the beat that waits.
    mean:    running mean of the intervals in ticks, with `MEAN_LOG2` bits after the point; 0 before the first.
    session: blocks in which the lead was off.
    """

    front: FrontEnd
    quality: Quality = field(default_factory=Quality)
    detector: Detector = field(default_factory=Detector)
    waiting: Waiting | None = None
    block: int = 0
    since: int = 0
    mean: int = 0
    session: int = 0

    @property
    def probes(self) -> tuple[int, ...]:
        """What hardware must have after each block: those of `FrontEnd.probes`."""
        inside = {"detector": self.detector, "quality": self.quality, "state": self}
        return tuple(int(getattr(inside[part], name)) for part, name in self.front.probes)

    def push(self, bend: int, bad: bool) -> Iterator[Told]:
        """Take the bend of a block, and whether the block is bad; the beats that are told with it, at most one."""
        yield from self._push(bend, bad)
        self.block += 1

    def _push(self, bend: int, bad: bool) -> Iterator[Told]:
        if self.quality.push(bad):
            yield from self._tell(0, lost=True)
            self.detector.start()
            self.since = self.mean = 0
            self.session += 1
            return
        self.since = min(self.since + 1, self.front.depth)
        found = self.detector.push(bend if self.since >= TAPS else 0)
        if found:
            yield from self._tell(LONGEST if found.interval is None else found.interval)
            self._take(found)
        elif self.detector.lost:
            yield from self._tell(LONGEST)
            self.detector.doubt()
        elif self.waiting and self.detector.age == self.front.wait and self.since == self.front.depth:
            self.waiting.shape = self.block

    def _take(self, found: Found) -> None:
        interval = BLOCK * (LONGEST if found.interval is None else found.interval)
        if found.interval is not None:
            self.mean = self.mean + interval - (self.mean >> MEAN_LOG2) if self.mean else interval << MEAN_LOG2
        peak = BLOCK * (self.block - found.ago - LAG)
        self.waiting = Waiting(peak, None, interval, self.mean >> MEAN_LOG2)

    def _tell(self, following: int, lost: bool = False) -> Iterator[Told]:
        """The beat that waits, with the interval after it, in blocks."""
        if beat := self.waiting:
            self.waiting = None
            shape = None if lost else beat.shape
            yield Told(self.block, beat.peak, shape, (beat.previous, BLOCK * following, beat.mean), self.session)
