"""The calibrated table, from observations that were made from a known one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sparrow_ecg.model.console import out
from sparrow_ecg.sim.energy.technologies import load
from sparrow_ecg.sim.report.calibration import show, write
from sparrow_ecg.sim.studies.calibrate import Calibrated, Designs
from sparrow_ecg.sim.studies.point import Measurement
from tests.sim.energy.test_calibration import TABLE, observed


@pytest.fixture(scope="module")
def calibrated() -> Calibrated:
    designs = tuple(observed())
    return Calibrated.of(Designs(Measurement(), "typical", designs[1:], designs[1:], designs[:1], ()))


def test_the_table_explains_all_designs(calibrated: Calibrated) -> None:
    assert calibrated.scale == pytest.approx(1)
    assert calibrated.constants == pytest.approx(TABLE, rel=1e-6)
    assert max(calibrated.worst, calibrated.residual_left_out, abs(calibrated.errors_checked[0])) < 1e-6


def test_its_files(calibrated: Calibrated, tmp_path: Path) -> None:
    write(calibrated, tmp_path)
    assert load(str(tmp_path / "technology-sky130.json")) == calibrated.technology
    told = json.loads((tmp_path / "calibration-sky130.json").read_text())
    assert list(told["errors_not_fitted"]) == ["design 0"]
    assert len(told["errors"]) == len(told["errors_left_out"]) == len(told["side_by_side_pj"]) == 11


def test_it_on_the_screen(calibrated: Calibrated) -> None:
    with out.capture() as told:
        show(calibrated)
    text = told.get()
    assert sum("│ design " in line for line in text.splitlines()) == 12
    assert "not fitted" in text
    assert "mapped together they take 1.000 of" in text
