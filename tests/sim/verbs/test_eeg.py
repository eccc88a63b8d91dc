"""`eeg` as a user meets it: what is wrong with a folder is one line."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

pytest.importorskip("torch")
from sparrow_ecg.commands import run


@pytest.mark.parametrize(
    ("dataset", "file", "said"),
    [
        ("deap", "none", "no s01.dat there"),
        ("deap", "s01.dat", "no recording of DEAP"),
        ("eegmmidb", "none", "no S001/S001R03.edf there"),
        ("eegmmidb", "S001/S001R03.edf", "cannot be read as EDF+"),
    ],
)
def test_a_wrong_folder_is_one_line(
    dataset: str, file: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    if dataset == "eegmmidb":
        pytest.importorskip("edfio")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / dataset / file
    path.parent.mkdir(parents=True)
    path.write_bytes(pickle.dumps({})[:-1])
    assert run(["eeg", "--dataset", dataset, "--data", str(tmp_path)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if line.startswith("error: ")] == told[-1:]
    assert said in told[-1]
    assert not (tmp_path / "build").exists()
