"""From samples to scores: missed and extra beats by hand, and the table of the shipped networks."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sparrow_ecg.model import wrist
from sparrow_ecg.model.frontend.detected import Detected, Extra
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.verbs import wrist as verb


def beats_of(label: list[int]) -> Beats:
    nothing = np.zeros(len(label), np.int64)
    return Beats(np.full(len(label), "100"), nothing, np.array(label), nothing, nothing, {})


def test_what_is_missed_extra_or_unread_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network says what its first count is."""
    monkeypatch.setattr(golden, "run", lambda _, counts: SimpleNamespace(classes=counts[:, 0]))
    found = np.array([1, 1, 1, 0, 1, 1], bool)
    judged = np.array([1, 1, 1, 0, 0, 1], bool)
    counts = np.array([[0], [0], [2], [0], [0], [2]])
    nothing = np.zeros(6, np.int64)
    extra = Extra(np.full(3, "100"), np.array([5, 6, 7]), np.array([1, 1, 0], bool), np.array([[0], [2], [0]]))
    heard = Detected(found, judged, nothing, counts, extra)
    beats = beats_of([0, 2, 2, 0, 2, 2])
    scores = wrist.end_to_end(None, heard, beats, np.arange(5), np.arange(3))  # type: ignore[arg-type]
    assert scores["accuracy"] == pytest.approx(2 / 8)
    assert set(scores["per_class"]) == {"N", "S", "V", "F"}
    normal, ectopic = scores["per_class"]["N"], scores["per_class"]["V"]
    assert (normal["Se"], normal["+P"]) == pytest.approx((1 / 2, 1 / 3))
    assert (ectopic["Se"], ectopic["+P"]) == pytest.approx((1 / 3, 1 / 2))
    at_peaks = np.array([[0], [2], [2], [0], [0], [2]])
    lost = wrist.losses(None, heard, beats, at_peaks, np.arange(5), np.arange(3))  # type: ignore[arg-type]
    assert lost == {"100": {"beats": 5, "missed": 2, "extra": 3, "wrong": 1, "wrong_annotated": 1}}


def test_steps_from_annotated_peaks_to_heard_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four V beats: the last is missed, the third is lost by its interval, the others by where their windows are."""
    told_by = np.array([0, 0, 2, 0])
    monkeypatch.setattr(wrist, "encoding_of", lambda _: Encoding(4, 4, 2, 4, features=("previous",)))
    monkeypatch.setattr(golden, "run", lambda _, counts: SimpleNamespace(classes=counts[np.arange(4), told_by]))
    nothing, judged = np.zeros(4, np.int64), np.array([1, 1, 1, 0], bool)
    none = Extra(np.zeros(0, "U3"), nothing[:0], judged[:0], np.zeros((0, 2), np.int64))
    heard = Detected(judged, judged, nothing, np.zeros((4, 3), np.int64), none)
    own = np.full((4, 3), 2)
    found = wrist.steps(None, heard, beats_of([2] * 4), own, np.arange(4))  # type: ignore[arg-type]
    expected = {"annotated": 1, "missed": 6 / 7, "intervals": 4 / 6, "moved": 2 / 5, "heard": 0}
    assert {step: values["V"] for step, values in found.items()} == pytest.approx(expected)


def test_an_extra_beat_is_tested_with_its_nearest() -> None:
    nothing = np.zeros(4, np.int64)
    beats = Beats(np.array(["a", "a", "b", "b"]), np.array([100, 500, 100, 500]), nothing, nothing, nothing, {})
    extra = Extra(np.array(["a", "a", "b"]), np.array([290, 310, 290]), np.ones(3, bool), np.zeros((3, 1), np.int64))
    heard = Detected(np.ones(4, bool), np.ones(4, bool), nothing, np.zeros((4, 1), np.int64), extra)
    assert wrist.tests("intra", heard, beats, np.array([1, 2])).tolist() == [1, 2]
    assert wrist.tests("intra", heard, beats, np.array([0])).tolist() == [0]


def test_the_verb_writes_what_scripts_read(mitdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a record of DS1 and one of DS2, to be quick."""
    monkeypatch.setattr(verb, "read_all", lambda root: read_beats(root, ("119", "200")))
    verb.main(data=mitdb, folder=tmp_path)
    result = json.loads((tmp_path / "wrist.json").read_text())
    assert [(row["network"], row["split"]) for row in result["networks"]] == list(wrist.ROWS)
    for row in result["networks"]:
        assert row["seeds"] == [0, 1, 2, 3, 4]
        end, matched = row["end_to_end"]["accuracy"], row["matched"]["accuracy"]
        assert matched["mean"] > end["mean"] > 0.8
        if row["split"] == "intra":  # every seed has other test beats
            continue
        assert row["beats"] > row["missed"] >= 1  # the last of a record is not told before its end
        right = np.array(matched["each"]) * (row["beats"] - row["missed"] - row["unjudged"])
        for name in "SV":
            steps = {step: value[name] for step, value in row["steps"].items()}
            assert list(steps) == ["annotated", "missed", "intervals", "moved", "heard", "end"]
            assert steps["annotated"] == pytest.approx(row["annotated"][f"{name} F1"]["mean"])
            assert steps["heard"] >= steps["end"] == pytest.approx(row["end_to_end"][f"{name} F1"]["mean"])
        lost = [sum(each[key] for key in ("missed", "extra", "wrong")) for each in row["losses"].values()]
        assert 1 - sum(lost) / (row["beats"] + row["extra"]) == pytest.approx(end["mean"])
        assert end["each"] == pytest.approx((right / (row["beats"] + row["extra"])).tolist())
    for row in result["jitter"]:
        assert list(row["accuracy"]) == [str(most) for most in wrist.JITTER]
