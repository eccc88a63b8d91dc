"""Patient tuning, end to end, for one patient."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sparrow_ecg.cli import app


def test_one_patient(mitdb: Path, tmp_path: Path) -> None:
    """Record 232 has most of DS2's S beats, which five minutes of it teach."""
    pytest.importorskip("torch", reason="tuning needs torch")
    arguments = ["--base", "tiny", "--records", "232", "--data", str(mitdb), "--out", str(tmp_path)]
    done = CliRunner().invoke(app("adaptive"), [*arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    report = json.loads((tmp_path / "adaptive-tiny.json").read_text())
    assert report["before"]["beats"] == report["after"]["beats"] == report["beats"] > 1000
    assert report["after"]["per_class"]["S"]["F1"] > 0.9


def test_a_patient_who_is_not_in_ds2(mitdb: Path) -> None:
    done = CliRunner().invoke(app("adaptive"), ["--records", "100,101", "--data", str(mitdb)])
    assert str(done.exception) == "record 101: not in DS2; give some of " + str(done.exception).split("some of ")[1]
