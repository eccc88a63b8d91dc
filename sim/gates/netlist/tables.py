"""A library's tables as arrays, so that many are read at once."""

from __future__ import annotations

import numpy as np

from sparrow_ecg.sim.gates.library.liberty import Table


class Tables:
    """Tables by number, as they are asked for."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._tables: list[Table] = []

    def number(self, table: Table) -> int:
        if id(table) not in self._numbers:
            self._numbers[id(table)] = len(self._tables)
            self._tables.append(table)
        return self._numbers[id(table)]

    def pack(self) -> None:
        """To be called when all tables are known. An axis of one point gets a second one with the same values."""
        rows, columns = (max(2, *(len(axis(t)) for t in self._tables)) for axis in (_slews, _loads))
        self.slews, self.loads = (np.full((len(self._tables), size), np.inf) for size in (rows, columns))
        self.values = np.zeros((len(self._tables), rows, columns))
        self.last = np.zeros((len(self._tables), 2), np.int64)  # where the last interval of each axis begins
        for k, table in enumerate(self._tables):
            values = np.array(table.values)
            for axis, (points, store) in enumerate(((table.slews, self.slews), (table.loads, self.loads))):
                store[k, : len(points)] = points
                if len(points) == 1:
                    store[k, 1] = points[0] + 1.0
                    values = np.repeat(values, 2, axis=axis)
                self.last[k, axis] = max(len(points) - 2, 0)
            self.values[k, : values.shape[0], : values.shape[1]] = values

    def at(self, tables: np.ndarray, slews: np.ndarray, loads: np.ndarray) -> np.ndarray:
        """`Table.at` of each."""
        i, x = _place(self.slews[tables], slews, self.last[tables, 0])
        j, y = _place(self.loads[tables], loads, self.last[tables, 1])
        first, second = (
            self.values[tables, row, j] + y * (self.values[tables, row, j + 1] - self.values[tables, row, j])
            for row in (i, i + 1)
        )
        return first + x * (second - first)


def _slews(table: Table) -> tuple[float, ...]:
    return table.slews


def _loads(table: Table) -> tuple[float, ...]:
    return table.loads


def _place(points: np.ndarray, values: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    every = np.arange(len(values))
    i = np.clip((points <= values[:, None]).sum(axis=1) - 1, 0, last)
    return i, (values - points[every, i]) / (points[every, i + 1] - points[every, i])
