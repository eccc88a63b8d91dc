"""The table of patients never seen: what scripts read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sparrow_ecg.model import strangers
from sparrow_ecg.model.columns import COLUMNS
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.records import available
from sparrow_ecg.model.verbs import strangers as verb


def test_the_verb_writes_what_scripts_read(mitdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few records, seeds and passes, to be quick; the seeds' own scores are those of `evaluate`, another way."""
    tuning = pytest.importorskip(
        "sparrow_ecg.model.training.tuning", reason="torch is not installed: the extra `train`"
    )
    for way in ("PATIENT", "ITSELF"):
        monkeypatch.setattr(tuning, way, replace(getattr(tuning, way), epochs=3))
    monkeypatch.setattr(strangers, "siblings", lambda *of: siblings(*of)[:2])
    monkeypatch.setattr(verb, "UNPACED", ("106", "119", "200", "232"))
    monkeypatch.setattr(verb, "available", lambda folder: available(folder)[:1])
    verb.main(data=mitdb, folder=tmp_path)
    rows = json.loads((tmp_path / "strangers.json").read_text())
    assert set(rows) == set(strangers.ROWS)
    for name, row in rows.items():
        assert row["seeds"] == [0, 1]
        assert row["weights"] <= 4000
        for scores in (row, row["without_232"]):
            assert set(scores["mean"]) == set(scores["deviation"]) == set(COLUMNS)
        assert row["beats"] > 3000
        assert row["without_232"]["mean"]["V_f1"] > 0.9, name
    assert rows["inter-1-lead"]["mean"]["accuracy"] < rows["inter-1-lead"]["without_232"]["mean"]["accuracy"]
    for name in ("adaptive", "adaptive-2-leads", "adaptive-chip"):
        assert rows[name]["before"]["mean"]["S_f1"] < rows[name]["mean"]["S_f1"]
        assert rows[name]["seconds"] > 0
