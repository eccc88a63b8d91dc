"""Whether there is an ECG: a lead that is off, flat or saturated gives blocks that a heart does not.

A block is bad if its sum is that of the block before, or if a code in it is the converter's lowest or highest. Bad
blocks count up, good ones down; `OFF` are 0.36 s. What was lost is found when the count is back at 0.
"""

from __future__ import annotations

OFF = 32  # blocks


class Quality:
    """The state: ``count``, 0 to `OFF`, and whether the lead is ``off``."""

    def __init__(self) -> None:
        self.count = 0
        self.off = False

    def push(self, bad: bool) -> bool:
        """Whether the lead is off, this block included."""
        self.count = min(self.count + 1, OFF) if bad else max(self.count - 1, 0)
        self.off = self.count == OFF or (self.off and self.count > 0)
        return self.off
