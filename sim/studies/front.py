"""Which points are worth having: those that no other beats in everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np


def average_nw(result: Mapping[str, Any]) -> float:
    """Average power at 25 C or, at another corner than the default one, there."""
    return next(iter(result["average_nw"].values()))


COST: dict[str, Callable[[Mapping[str, Any]], float]] = {  # each figure of a result as something to have little of
    "error rate": lambda result: 1 - result["accuracy"],
    "power": average_nw,
    "area": lambda result: result["area_um2"],
}


def front(costs: np.ndarray) -> np.ndarray:
    """For costs[points, objectives]: whether no other point is as good in all and better in one. Equals stay both."""
    costs = np.asarray(costs, float)
    no_worse = (costs[:, None] <= costs[None]).all(axis=2)  # row beats column
    better = (costs[:, None] < costs[None]).any(axis=2)
    return np.logical_not((no_worse & better).any(axis=0))


def on_front(results: Sequence[dict[str, Any]], *objectives: str) -> list[dict[str, Any]]:
    """The results on the front of some of `COST`, least power first."""
    if not results:
        return []
    kept = front(np.array([[COST[name](result) for name in objectives] for result in results]))
    return sorted((r for r, keep in zip(results, kept, strict=True) if keep), key=average_nw)
