"""R peaks, a block at a time: the highest bend of a quarter of a second, if it is over a threshold that adapts.

After Pan and Tompkins (IEEE Trans. Biomed. Eng. 32(3), 1985) and Hamilton and Tompkins (33(12), 1986), made small: no
moving integral, as the bend's own maximum is the fiducial point; levels of beats and of noise that move by a quarter;
a threshold a quarter of the way from noise to beats, and five eighths of that from three quarters of the usual
interval on; T waves told by their height; and a look back at what was refused, once a beat is overdue.
All in integers; ``>>`` floors, of negative numbers too.
"""

from __future__ import annotations

from dataclasses import dataclass

CLEAR = 21  # blocks after a maximum, 0.23 s, in which nothing is higher: then it is a candidate
REFRACTORY = 20  # blocks after a beat, 0.22 s, in which there is no other; implied while it is less than `CLEAR`
T_WAVE = 32  # blocks after a beat, 0.36 s, in which what is under five eighths of it is its T wave
LEARNING = 128  # blocks after the start, 1.4 s, in which the level of beats jumps up to half of what is seen
LONGEST = 255  # blocks, 2.8 s: without a beat for that long, levels are halved, and the rhythm starts anew
FLOOR = 200  # the lowest threshold: a bend of 0.06 mV
INTERVAL_LOG2 = 3  # the usual interval moves by an eighth
USUAL = 72  # blocks, 0.8 s: what it is at the start


@dataclass(frozen=True)
class Found:
    """A beat: its interval since the beat before, in blocks (none for the first), and how many blocks ago it was."""

    interval: int | None
    ago: int


def five_eighths(value: int) -> int:
    """By shifts."""
    return (value >> 1) + (value >> 3)


class Detector:
    """The state, after reset; `push` takes the bend of one block after the other.

    beats, noise: levels of either.            height: of the last beat.
    usual:        the interval, in 1/8 blocks. known: whether there was a beat since the start.
    age:          blocks since the last beat, or since the start; `LONGEST` at most.
    highest, clear: the maximum, and blocks since.
    held, held_at:  the highest that was refused since the last beat, and its age then.
    """

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Forget everything."""
        self.beats = self.noise = self.learned = 0
        self._forget()

    def doubt(self) -> None:
        """After `lost`: beats may have become smaller."""
        self.beats >>= 1
        self.noise >>= 1
        self._forget()

    def _forget(self) -> None:
        self.usual = USUAL << INTERVAL_LOG2
        self.known = False
        self.age = self.height = self.highest = self.clear = self.held = self.held_at = 0

    @property
    def threshold(self) -> int:
        return self.noise + ((self.beats - self.noise) >> 2)

    @property
    def lost(self) -> bool:
        return self.age == LONGEST

    def push(self, bend: int) -> Found | None:
        """The beat that is known with this block. Of one that is `lost`, `doubt` before the next block."""
        self.age += 1
        if self.learned < LEARNING:
            self.learned += 1
            self.beats = max(self.beats, bend >> 1)
        if bend > self.highest:
            self.highest, self.clear = bend, 0
            return self._look_back()
        self.clear += 1
        if self.clear < CLEAR:
            return self._look_back()
        height, at = self.highest, self.age - CLEAR
        self.highest = self.clear = 0
        return self._judge(height, at) or self._look_back()

    def _judge(self, height: int, at: int) -> Found | None:
        """A candidate, and its age when it came."""
        if self.known and at <= REFRACTORY:
            return None
        usual = self.usual >> INTERVAL_LOG2
        threshold = five_eighths(self.threshold) if self.known and 4 * at > 3 * usual else self.threshold
        early = self.known and at < T_WAVE and height < five_eighths(self.height)
        if height > max(threshold, FLOOR) and not early:
            self.beats += (min(height, self.beats << 2) - self.beats) >> 2
            return self._beat(height, at)
        self.noise += (height - self.noise) >> 2
        if height > self.held and not early:
            self.held, self.held_at = height, at
        return None

    def _look_back(self) -> Found | None:
        usual = self.usual >> INTERVAL_LOG2
        if not (self.known and self.held and self.age > usual + five_eighths(usual)):
            return None
        height, self.held = self.held, 0
        if height <= max(five_eighths(self.threshold), FLOOR):
            return None
        self.beats += (height - self.beats) >> 2
        return self._beat(height, self.held_at)

    def _beat(self, height: int, at: int) -> Found:
        found = Found(at if self.known else None, self.age - at)
        if self.known:
            self.usual += at - (self.usual >> INTERVAL_LOG2)
        self.height, self.known, self.held = height, True, 0
        self.age -= at
        return found
