from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from sparrow_ecg.model.signals.ecg.annotations import Event, write_answers, write_detected
from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.form import NATIVE, Form
from sparrow_ecg.model.signals.ecg.records import read_record
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


@pytest.mark.parametrize("rate", [128, 360, 1000])
def test_detected_beats_stand_where_they_were_found(tmp_path: Path, rate: int) -> None:
    write_record(generate("r", 20, form=Form(rate, 200, 11, 1024)), tmp_path, "for a test")
    record = read_record(tmp_path, "r")
    found = np.array([40, 41, 700, len(record.codes) - 1])
    events = [Event("lead off", 1000, 2000), Event("noise", 3000, 3600)]
    written = write_detected(tmp_path / "new", record, found, np.array([0, 2, 4, 7]), events)
    assert list(written.parent.iterdir()) == [written]
    read = wfdb.rdann(str(written.with_suffix("")), "spd")
    assert read.symbol == ["N", "V", "Q", "~", "~", "~", "~", "Q"]
    assert read.subtype.tolist() == [0, 0, 0, 0x30, 0, 0x30, 0, 0]
    assert [note.rstrip("\0") for note in read.aux_note] == ["", "", "", "lead off", "", "noise", "", ""]
    at = np.array([40, 41, 700, 1000, 2000, 3000, 3600, len(record.codes) - 1])
    assert (abs(read.sample - at * rate / NATIVE.rate) <= 0.5).all()
    assert read.sample[-1] < round(20 * rate)


def test_a_mark_of_quality_comes_before_a_beat_at_the_same_sample(tmp_path: Path) -> None:
    record = generate("r", 20)
    written = write_detected(tmp_path, record, np.array([500]), np.array([0]), [Event("lead off", 500, 600)])
    assert wfdb.rdann(str(written.with_suffix("")), "spd").symbol == ["~", "N", "~"]


def test_a_record_in_which_nothing_was_found(tmp_path: Path) -> None:
    none = np.array([], np.int64)
    written = write_detected(tmp_path, generate("r", 20), none, none)
    assert len(wfdb.rdann(str(written.with_suffix("")), "spd").sample) == 0


@pytest.mark.parametrize("found", [[5, 5], [7, 3], [-1, 9], [9, 7200]])
def test_beats_out_of_order_or_outside_are_refused(tmp_path: Path, found: list[int]) -> None:
    with pytest.raises(ValueError, match="out of order, or outside its 7200 samples"):
        write_detected(tmp_path / "new", generate("r", 20), np.array(found), np.zeros(2, np.int64))
    assert not (tmp_path / "new").exists()
