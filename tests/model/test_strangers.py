"""The table of patients never seen: its columns by hand, and what two leads together answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.model import strangers
from sparrow_ecg.model.metrics import score
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats
from sparrow_ecg.model.verbs import strangers as verb

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 3])
FOUND = np.array([0, 0, 2, 1, 0, 2, 2, 0])


def test_columns_by_hand() -> None:
    assert strangers.columns(score(LABELS, FOUND, CLASSES)) == pytest.approx(
        {
            "accuracy": 5 / 8,
            "V_f1": 4 / 5,
            "V_se": 1,
            "S_f1": 2 / 3,
            "S_se": 1 / 2,
            "mean_f1": (4 / 7 + 2 / 3 + 4 / 5) / 3,
        }
    )


def test_mean_and_deviation_of_seeds() -> None:
    results = [dict.fromkeys(strangers.COLUMNS, value) for value in (0.5, 0.7)]
    found = strangers.spread([{**results[0], "S_f1": None}, results[1]])
    assert found["mean"]["V_f1"] == pytest.approx(0.6)
    assert found["deviation"]["V_f1"] == pytest.approx(0.2 / 2**0.5)
    assert found["mean"]["S_f1"] is found["deviation"]["S_f1"] is None


def test_potentials_of_two_leads_are_added(synthetic_beats: Beats) -> None:
    network = Network.load("anyone")
    upset = {name: replace(record, codes=record.codes[::-1].copy()) for name, record in synthetic_beats.codes.items()}
    beats = replace(synthetic_beats, second=upset)
    first, second = (
        golden.run(network, network.encoding.encode(replace(beats, codes=codes))).outputs
        for codes in (beats.codes, beats.second)
    )
    assert (strangers.predict(network, beats, 1) == first.argmax(axis=1)).all()
    assert (strangers.predict(network, beats, 2) == (2 * first + second).argmax(axis=1)).all()
    same = replace(beats, second=beats.codes)
    assert (strangers.predict(network, same, 2) == first.argmax(axis=1)).all()


def test_the_verb_writes_what_scripts_read(mitdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two records, to be quick; the seeds' own scores are those of `evaluate`, another way."""
    monkeypatch.setattr(verb, "UNPACED", ("106", "119", "200", "232"))
    verb.main(data=mitdb, folder=tmp_path)
    rows = json.loads((tmp_path / "strangers.json").read_text())
    assert set(rows) == set(strangers.ROWS)
    for name, row in rows.items():
        assert row["seeds"] == [0, 1, 2, 3, 4]
        assert row["weights"] <= 4000
        for scores in (row, row["without_232"]):
            assert set(scores["mean"]) == set(scores["deviation"]) == set(strangers.COLUMNS)
        assert row["beats"] > 3000
        assert row["without_232"]["mean"]["V_f1"] > 0.9, name
    assert rows["inter-1-lead"]["mean"]["accuracy"] < rows["inter-1-lead"]["without_232"]["mean"]["accuracy"]
    assert rows["adaptive"]["before"]["mean"]["S_f1"] < rows["adaptive"]["mean"]["S_f1"]
