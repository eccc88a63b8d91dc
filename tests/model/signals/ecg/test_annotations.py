from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from sparrow_ecg.model.signals.ecg.annotations import write_answers
from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.form import Form
from sparrow_ecg.model.signals.ecg.synthetic import generate, write_record


@pytest.fixture
def beats(tmp_path: Path) -> Beats:
    record = generate("r", 20, form=Form(1000, 1000, 16, 0))
    write_record(record, tmp_path, "for a test", 1000)
    return read_beats(tmp_path, ["r"])


def test_answers_stand_where_the_file_has_its_beats(tmp_path: Path, beats: Beats) -> None:
    answers = np.arange(len(beats)) % 5  # the last is of a network that knows a fifth class
    (written,) = write_answers(tmp_path / "new" / "folder", beats, answers)
    assert list(written.parent.iterdir()) == [written]
    found = wfdb.rdann(str(written.with_suffix("")), "spw")
    assert (found.sample == wfdb.rdann(str(tmp_path / "r"), "atr").sample).all()
    assert found.symbol == ["NSVFQ"[answer] for answer in answers]


def test_whole_or_not_at_all(tmp_path: Path, beats: Beats, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wfdb.wrann", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_answers(tmp_path / "new", beats, beats.label)
    assert list((tmp_path / "new").iterdir()) == []
