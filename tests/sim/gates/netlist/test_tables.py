"""Many tables read at once say what each says alone."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.sim.gates.library.liberty import Table
from sparrow_ecg.sim.gates.netlist.tables import Tables


@pytest.mark.parametrize("seed", range(3))
def test_as_one_by_one(seed):
    """Of every shape, one point on an axis included, and beyond the points, too."""
    rng = np.random.default_rng(seed)
    shapes = [(rows, columns) for rows in (1, 2, 7) for columns in (1, 2, 5)]
    tables = [
        Table(
            tuple(np.sort(rng.random(rows)).tolist()),
            tuple(np.sort(rng.random(columns)).tolist()),
            tuple(map(tuple, rng.random((rows, columns)).tolist())),
        )
        for rows, columns in shapes
    ]
    packed = Tables()
    numbers = np.repeat([packed.number(table) for table in tables], 40)
    assert [packed.number(table) for table in tables] == list(range(len(tables)))
    packed.pack()
    slews, loads = rng.uniform(-0.5, 1.5, (2, len(numbers)))
    expected = [tables[k].at(slew, load) for k, slew, load in zip(numbers, slews, loads, strict=True)]
    assert packed.at(numbers, slews, loads) == pytest.approx(expected, rel=1e-12)
