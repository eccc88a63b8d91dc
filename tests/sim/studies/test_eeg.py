"""Lessons: what trains does not test, transfer included; what is kept is not done again; spikes are counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
from sparrow_ecg.model.methods import eeg as network
from sparrow_ecg.model.signals.images.pictures import Pictures
from sparrow_ecg.model.training import counts
from sparrow_ecg.sim.studies import eeg
from sparrow_ecg.sim.studies.eeg_hardware import energies
from sparrow_ecg.sim.studies.store import Store
from tests.support.eeg import segments


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "RECIPE", replace(network.RECIPE, epochs=(4, 2), batch=8))
    monkeypatch.setattr(network, "CQ", replace(network.CQ, steps=15, levels=15))
    monkeypatch.setattr(counts, "EEG", replace(counts.EEG, epochs=(20, 10), batch=8))


def test_lessons() -> None:
    found = segments(groups=4)
    each = list(eeg.lessons(found, ("group", "segment"), seeds=2))
    assert len(each) == 2 * 2 * 2
    assert {lesson.part for lesson in each} == {0}
    runs = list(eeg.lessons(replace(found, grouped="run"), ("group", "segment"), seeds=2))
    assert len(runs) == 2 * 2 * 4 + 2 * 2


def test_a_lesson(short: None) -> None:
    found = segments()
    done = eeg._learn(eeg.Lesson("up", "group", 0, 0), found, False)
    assert len(done["test"]) == 8
    assert len(set(found.group[done["test"]])) == 1
    assert done["chance"] == 0.5
    for name in ("cnn", "snn", "chip"):
        assert done["answers"][name] == found.labels["up"][done["test"]].tolist(), name
    did = done["work"]
    assert did["right"]["ssf"] == did["segments"] == 8
    assert [layer["neurons"] for layer in did["layers"]] == [16 * 28**2, 32 * 24**2, 32 * 8**2, 128, 0]
    assert all(0 <= layer["spiking"] <= layer["active"] <= 1 for layer in did["layers"][1:])
    assert all(priced["cnn_skip"] < priced["cnn"] for priced in energies(did["layers"], 100).values())


def test_what_is_kept_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, store, done = segments(), Store(tmp_path / "kept.sqlite"), []

    def learned(lesson: eeg.Lesson, *_: Any) -> dict[str, Any]:
        done.append(lesson)
        return {"test": [len(done)]}

    learned.__module__ = eeg.__name__
    monkeypatch.setattr(eeg, "_learn", learned)
    lessons = [eeg.Lesson("up", "group", seed, 0) for seed in (0, 1)]
    first, again = ([eeg.learn(lesson, found, False, store) for lesson in lessons] for _ in range(2))
    assert first == again
    assert done == lessons
    eeg.learn(lessons[0], found, True, store)
    eeg.learn(lessons[0], segments(seed=1), False, store)
    assert len(done) == 4


@pytest.mark.parametrize("split", ["group", "trial", "segment"])
def test_what_tests_trains_nothing_not_even_before_transfer(split: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = segments(groups=5)
    found.pixels[:, 0, 0, 0] = np.arange(len(found.pixels))  # a name in each picture
    seen: list[set[int]] = []

    def watched(pictures: Pictures, seed: int, start: Any = None) -> Any:
        seen.append(set(pictures.pixels[:, 0, 0, 0].tolist()))
        return None, None

    monkeypatch.setattr(network, "learn", watched)
    monkeypatch.setattr(network, "answers", lambda *_: [])
    monkeypatch.setattr(eeg, "at_once", lambda *_: type("Run", (), {"classes": np.zeros((1, 1))}))
    monkeypatch.setattr(eeg, "work", lambda *_: {})
    chip = counts.fit("none", replace(counts.EEG, epochs=(1, 1)), np.zeros((8, 1024), int), np.zeros(8, int), "ab", 0)
    monkeypatch.setattr(counts, "fit", lambda name, recipe, inputs, *_: chip)
    done = eeg._learn(eeg.Lesson("up", split, 0, 0), found, True)
    assert len(seen) == 3
    unit = eeg.units(found, split)
    assert all(not {unit[k] for k in trained} & set(unit[done["test"]].tolist()) for trained in seen)
