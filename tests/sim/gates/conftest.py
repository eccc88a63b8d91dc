"""Cell libraries where they are at hand; tests that need them are skipped by name elsewhere."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from sparrow_ecg.sim.gates.library import liberty
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.library.pdks import pdk

ROOT = Path(os.environ.get("ECG_DATA") or Path(__file__).parents[3] / "data").resolve()


@pytest.fixture(scope="session")
def library(request: pytest.FixtureRequest) -> Library:
    """The library that the test names, by indirect parametrisation."""
    pytest.importorskip("pyosys", reason="no pyosys: pip install -e .[silicon]")
    pytest.importorskip("liberty", reason="no liberty-parser: pip install -e .[silicon]")
    wanted = pdk(request.param)
    if wanted.name == "asap7":  # nearly half of its text are OR-AND gates, which take long to read
        (corner, files), *_ = wanted.corners.items()
        wanted = replace(wanted, corners={corner: tuple(f for f in files if "_OA_" not in f)})
    folder = ROOT / "liberty" / wanted.folder
    if not folder.is_dir():
        pytest.skip(f"no Liberty files in {folder}")
    return liberty.load(wanted, ROOT)
