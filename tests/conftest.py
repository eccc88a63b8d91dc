"""How examples are drawn, and data that many tests share: MIT-BIH where it is at hand, synthetic records everywhere."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.mitdb import RECORDS
from sparrow_ecg.model.signals.ecg.records import available
from sparrow_ecg.model.signals.ecg.synthetic import synthesize
from tests.support.examples import USUAL

# No test times itself: it would fail on a machine that is busy.
settings.register_profile(
    "ci",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    database=None,
    max_examples=USUAL,
)
# `make nightly` looks further than the same examples again; --hypothesis-seed draws its examples again.
settings.register_profile("nightly", settings.get_profile("ci"), derandomize=False, max_examples=10 * USUAL)
settings.load_profile("ci")

# A shell's background job ignores Ctrl-C, and so would all that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def _root() -> Path:
    """Where MIT-BIH would be: as `model.signals.ecg.records.data_root`, but from any folder that pytest is run in."""
    return Path(os.environ.get("ECG_DATA") or Path(__file__).parents[1] / "data")


def _found() -> bool:
    return set(RECORDS) <= set(available(_root()))


def _report() -> str:
    if _found():
        return f"MIT-BIH: found in {_root()}; tests on recorded ECG run"
    return f"MIT-BIH: not in {_root()}; tests on recorded ECG are skipped (`make data`, or set ECG_DATA)"


def _examples(config: pytest.Config) -> str:
    profile, seed = config.getoption("--hypothesis-profile") or "ci", config.getoption("--hypothesis-seed")
    return f"hypothesis: profile {profile}" + (f", --hypothesis-seed={seed}" if seed is not None else "")


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [_report(), _examples(config)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The same lines at the end, where they are seen with ``-q`` too."""
    for line in pytest_report_header(terminalreporter.config):
        terminalreporter.write_line(line)


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
