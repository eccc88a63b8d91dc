"""What happened in a gate-level run: counted from the states of all nets, a beat in each bit of a word."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sparrow_ecg.sim.gates.library.functions import parse
from sparrow_ecg.sim.gates.run.gatesim import Snapshots

ONES = np.uint64(2**64 - 1)


class NetActivity:
    """Counts over the snapshots in which lanes are at work. An event belongs to the snapshot that it leads to."""

    def __init__(self, snapshots: Snapshots):
        rows = np.flatnonzero(snapshots.active[1:])
        self.mask = snapshots.active[1:][rows]
        # net by net: whoever looks at a net, looks at all of its states
        self.was, self.now = (np.ascontiguousarray(snapshots.nets[rows + k].T) for k in (0, 1))

    @cached_property
    def phases(self) -> int:
        """Phases of the clock (two a cycle), over all lanes."""
        return int(np.bitwise_count(self.mask).sum())

    def rises(self, nets: np.ndarray) -> np.ndarray:
        """Words of events, uint64[nets, snapshots]."""
        return ~self.was[nets] & self.now[nets] & self.mask

    def falls(self, nets: np.ndarray) -> np.ndarray:
        return self.was[nets] & ~self.now[nets] & self.mask

    @cached_property
    def toggles(self) -> tuple[np.ndarray, np.ndarray]:
        """Rises and falls of every net, int64[nets]."""
        every = np.arange(len(self.now))
        return count(self.rises(every)), count(self.falls(every))

    def holds(self, condition: str, pins: dict[str, np.ndarray], before: bool = False) -> np.ndarray:
        """Where a Liberty condition holds, uint64[instances, snapshots], for the nets of each pin of the instances."""
        states = self.was if before else self.now
        words = {name: _Words(states[nets]) for name, nets in pins.items()}
        expression = parse(condition).replace("{", "").replace("}", "")
        zero = np.zeros(1, np.uint64)
        found = eval(expression, {"__builtins__": {}}, words | {"c0": _Words(zero), "c1": _Words(~zero)})
        return found.words & self.mask


class _Words:
    """Arrays of words under ``~ & | ^``; of their own class so that a condition can be nothing else."""

    def __init__(self, words: np.ndarray):
        self.words = words

    def __invert__(self) -> _Words:
        return _Words(~self.words)

    def __and__(self, other: _Words) -> _Words:
        return _Words(self.words & other.words)

    def __or__(self, other: _Words) -> _Words:
        return _Words(self.words | other.words)

    def __xor__(self, other: _Words) -> _Words:
        return _Words(self.words ^ other.words)


def count(events: np.ndarray) -> np.ndarray:
    """Events of each row, int64[rows]."""
    return np.bitwise_count(events).sum(axis=-1, dtype=np.int64)
