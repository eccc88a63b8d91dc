"""Data that many tests share: MIT-BIH where it is at hand, and synthetic records everywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.mitdb import RECORDS
from sparrow_ecg.model.signals.ecg.records import available
from sparrow_ecg.model.signals.ecg.synthetic import synthesize


def _root() -> Path:
    """Where MIT-BIH would be: as `model.signals.ecg.records.data_root`, but from any folder that pytest is run in."""
    return Path(os.environ.get("ECG_DATA") or Path(__file__).parents[1] / "data")


def _found() -> bool:
    return set(RECORDS) <= set(available(_root()))


def _report() -> str:
    if _found():
        return f"MIT-BIH: found in {_root()}; tests on recorded ECG run"
    return f"MIT-BIH: not in {_root()}; tests on recorded ECG are skipped (`make data`, or set ECG_DATA)"


def pytest_report_header() -> str:
    return _report()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The same line at the end, where it is seen with ``-q`` too."""
    terminalreporter.write_line(_report())


@pytest.fixture(scope="session")
def mitdb() -> Path:
    """The data root with the 48 records of MIT-BIH; without them the test is skipped."""
    if not _found():
        pytest.skip("needs the MIT-BIH records: `make data`, or set ECG_DATA")
    return _root()


@pytest.fixture(scope="session")
def mitdb_beats(mitdb: Path) -> Beats:
    """All beats of the 44 records without a pacemaker."""
    return read_beats(mitdb)


@pytest.fixture(scope="session")
def synthetic_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root with three synthetic records of two minutes."""
    root = tmp_path_factory.mktemp("synthetic")
    synthesize(root, records=3, seconds=120)
    return root


@pytest.fixture(scope="session")
def synthetic_beats(synthetic_root: Path) -> Beats:
    return read_beats(synthetic_root, available(synthetic_root))
