"""How long the wires of a net are: a short rectilinear Steiner tree through its pins."""

from __future__ import annotations

import numpy as np

MOST_PINS = 12  # up to which every point of the grid is tried as a branch


def length(points: np.ndarray) -> int:
    """Of a tree that joins integer points, int64[pins, 2]; coordinates are below 2^40.

    Iterated 1-Steiner (Kahng and Robins, 1992): the point that shortens the minimum spanning tree the most becomes a
    branch, until none does. Exact for up to four pins, and never below half the perimeter of the box around them.
    Candidates are the crossings of the pins' lines (Hanan, 1966); with many pins only those of three that are
    neighbours in the tree.
    """
    points = np.unique(points, axis=0)
    if len(points) < 4:
        return int(np.ptp(points, axis=0).sum())
    shortest = int(_trees(points, points[:1])[0])
    while len(candidates := _candidates(points)):
        totals = _trees(points, candidates)
        best = int(totals.argmin())
        if totals[best] >= shortest:
            break
        shortest = int(totals[best])
        points = np.vstack([points, candidates[best]])
    return shortest


def _candidates(points: np.ndarray) -> np.ndarray:
    if len(points) <= MOST_PINS:
        found = np.stack(np.meshgrid(*(np.unique(axis) for axis in points.T)), axis=-1).reshape(-1, 2)
    else:
        parents = _parents(points)
        joined: list[list[int]] = [[] for _ in points]
        for node, parent in enumerate(parents.tolist()[1:], 1):
            joined[node].append(parent)
            joined[parent].append(node)
        triples = [(node, a, b) for node, near in enumerate(joined) for k, a in enumerate(near) for b in near[:k]]
        found = np.unique(np.median(points[np.array(triples)], axis=1).astype(np.int64), axis=0)
    known = (found[:, None] == points[None]).all(axis=2).any(axis=1)
    return found[~known]


def _trees(points: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """Length of the minimum spanning tree of the points with each candidate, by Prim, int64[candidates]."""
    count = len(candidates)
    nodes = np.concatenate([np.broadcast_to(points, (count, *points.shape)), candidates[:, None]], axis=1)
    away = np.abs(nodes - nodes[:, :1]).sum(axis=2)
    totals, rows, reached = np.zeros(count, np.int64), np.arange(count), 1 << 50
    away[:, 0] = reached
    for _ in range(nodes.shape[1] - 1):
        nearest = away.argmin(axis=1)
        totals += away[rows, nearest]
        here = np.abs(nodes - nodes[rows, nearest][:, None]).sum(axis=2)
        away = np.where(away == reached, reached, np.minimum(away, here))
        away[rows, nearest] = reached
    return totals


def _parents(points: np.ndarray) -> np.ndarray:
    """Of each point in the minimum spanning tree, the point that it was joined to; -1 for the first."""
    parents = np.zeros(len(points), np.int64)
    away = np.abs(points - points[0]).sum(axis=1).astype(float)
    away[0], parents[0] = np.inf, -1
    for _ in range(len(points) - 1):
        nearest = int(away.argmin())
        away[nearest] = np.inf
        here = np.abs(points - points[nearest]).sum(axis=1)
        closer = here < away
        closer &= np.isfinite(away)
        parents[closer], away[closer] = nearest, here[closer]
    return parents
