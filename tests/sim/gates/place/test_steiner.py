"""Steiner trees against all trees there are, for few pins."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from sparrow_ecg.sim.gates.place.steiner import length


def spanning(points: np.ndarray) -> int:
    """Length of the minimum spanning tree, by Kruskal."""
    edges = sorted((int(np.abs(points[a] - points[b]).sum()), a, b) for a, b in combinations(range(len(points)), 2))
    group, total = list(range(len(points))), 0
    for away, a, b in edges:
        if group[a] != group[b]:
            total += away
            group = [group[a] if g == group[b] else g for g in group]
    return total


def exact(points: np.ndarray) -> int:
    """The shortest of the spanning trees with every set of branches: Hanan's points, at most two less than pins."""
    grid = [np.array([x, y]) for x in np.unique(points[:, 0]) for y in np.unique(points[:, 1])]
    return min(spanning(np.vstack([points, *more])) for k in range(len(points) - 1) for more in combinations(grid, k))


@pytest.mark.parametrize("pins", [2, 3, 4])
def test_exact_up_to_four_pins(pins):
    random = np.random.default_rng(pins)
    for _ in range(25):
        points = random.integers(0, 12, (pins, 2))
        assert length(points) == exact(points), points.tolist()


def test_five_pins_are_nearly_exact():
    random = np.random.default_rng(5)
    drawn = [random.integers(0, 30, (5, 2)) for _ in range(6)]
    found, best = (np.array([tree(points) for points in drawn]) for tree in (length, exact))
    assert (found >= best).all()
    assert found.sum() <= 1.01 * best.sum()


@pytest.mark.parametrize("pins", [6, 11, 13, 40])
def test_between_half_perimeter_and_spanning_tree(pins):
    random = np.random.default_rng(pins)
    for _ in range(4):
        points = random.integers(0, 1000, (pins, 2))
        assert np.ptp(points, axis=0).sum() <= length(points) <= spanning(points)
    cross = np.array([(k, 0) for k in range(pins)] + [(0, k) for k in range(pins)])
    assert length(cross) == 2 * (pins - 1)


def test_many_pins_are_much_shorter_than_their_spanning_tree():
    """Steiner trees of random points are 12 % shorter than spanning trees; heuristics of this kind reach 10 to 11 %."""
    random = np.random.default_rng(1)
    drawn = [random.integers(0, 10_000, (40, 2)) for _ in range(4)]
    assert sum(map(length, drawn)) < 0.91 * sum(map(spanning, drawn))


def test_pins_at_one_place():
    assert length(np.zeros((5, 2), np.int64)) == 0
