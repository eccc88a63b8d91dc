"""What happened in a gate-level run: counted from the states of all nets, a beat in each bit of a word."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sim.silicon.functions import parse
from sim.silicon.gatesim import Snapshots

ONES = np.uint64(2**64 - 1)


class Activity:
    """Counts over the snapshots and lanes of ``mask``, uint64[snapshots], which selects what is looked at.

    An event belongs to the snapshot that it leads to.
    """

    def __init__(self, snapshots: Snapshots, mask: np.ndarray | None = None):
        self.now, self.was = snapshots.nets[1:], snapshots.nets[:-1]
        active = snapshots.active[1:]
        self.mask = (active if mask is None else active & mask[1:])[:, None]

    @cached_property
    def phases(self) -> int:
        """Phases of the clock (two a cycle), over all lanes."""
        return int(np.bitwise_count(self.mask).sum())

    def rises(self, nets: np.ndarray) -> np.ndarray:
        """Words of events, uint64[snapshots, nets]."""
        return ~self.was[:, nets] & self.now[:, nets] & self.mask

    def falls(self, nets: np.ndarray) -> np.ndarray:
        return self.was[:, nets] & ~self.now[:, nets] & self.mask

    @cached_property
    def toggles(self) -> tuple[np.ndarray, np.ndarray]:
        """Rises and falls of every net, int64[nets]."""
        every = np.arange(self.now.shape[1])
        return count(self.rises(every)), count(self.falls(every))

    def holds(self, condition: str, pins: dict[str, np.ndarray], before: bool = False) -> np.ndarray:
        """Where a Liberty condition holds, uint64[snapshots, instances], for the nets of each pin of the instances."""
        states = self.was if before else self.now
        words = {name: _Words(states[:, nets]) for name, nets in pins.items()}
        expression = parse(condition).replace("{", "").replace("}", "")
        zero = np.zeros((len(states), 1), np.uint64)
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
    """Events of each column, int64[columns]."""
    return np.bitwise_count(events).sum(axis=0, dtype=np.int64)
