"""SNN against ANN, told, written and drawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sparrow_ecg.model.console import out
from sparrow_ecg.sim.report.tradeoffs import show, spread, write
from tests.support.trials import FOUND


def test_files(tmp_path: Path) -> None:
    write(FOUND, tmp_path)
    told = json.loads((tmp_path / "tradeoffs.json").read_text())
    assert told["recommended"] == "t3w2"
    accuracy = told["cells"]["t1w2"]["accuracy"]["validation"]["ssf"]
    assert accuracy["each"] == [0.980, 0.982]
    assert accuracy["mean"] == pytest.approx(0.981)
    assert accuracy["deviation"] == pytest.approx(0.002 / 2**0.5)
    assert told["cells"]["t1w2"]["spikes"]["if"]["2"]["mean"] == 3.5
    assert set(told["gates"]) == {"t3w4 serial", "t1w4 serial"}
    assert set(told["shipped"]) == {"drawn"}
    assert (tmp_path / "tradeoffs.png").read_bytes().startswith(b"\x89PNG")


def test_the_table_marks_the_recommended_cell() -> None:
    with out.capture() as told:
        show(FOUND)
    (starred,) = (line for line in told.get().splitlines() if line.strip().startswith("*"))
    assert starred.split()[:3] == ["*", "3", "2"]


def test_a_spread_keeps_names() -> None:
    found = spread([{"a": {"c": 1.0, "d": 2.0}, "b": 1}, {"a": {"c": 3.0, "d": 2.0}, "b": 3}])
    assert [found["a"][name]["mean"] for name in "cd"] == [2.0, 2.0]
    assert found["b"] == {"mean": 2, "deviation": pytest.approx(2**0.5), "each": [1, 3]}
