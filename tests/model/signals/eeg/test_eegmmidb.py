"""Runs of eegmmidb: cues become labels, and what is no such run is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("edfio")
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg import eegmmidb
from sparrow_ecg.model.signals.eeg.segments import RATE
from tests.support.eeg import write_edf

CUES = [(0.0, "T0"), (4.2, "T2"), (8.3, "T0"), (12.5, "T1"), (28.0, "T2")]  # the last one is cut off


def test_cues_become_labels(tmp_path: Path) -> None:
    for run in (3, 5, 12):
        write_edf(tmp_path / "S001" / f"S001R{run:02}.edf", CUES)
    found = eegmmidb.load(tmp_path)
    assert found.labels["rest-fist"].tolist() == [0, 0, 1, 1, 0, 0, 1, 1] * 2  # not of run 5
    assert found.labels["left-right"].tolist() == [-1, -1, 1, 1, -1, -1, 0, 0] * 2
    assert found.group.tolist() == [0] * 8 + [1] * 8
    assert found.grouped == "run"


def test_a_run_is_brought_to_deaps_form(tmp_path: Path) -> None:
    signal, cues = eegmmidb.read(write_edf(tmp_path / "run.edf", CUES))
    assert signal.shape == (32, 30 * RATE)
    assert cues[1] == (round(4.2 * RATE), "T2")
    power = np.square(np.abs(np.fft.rfft(signal, axis=1))).mean(0)
    frequency = np.fft.rfftfreq(signal.shape[1], 1 / RATE)
    assert power[frequency < 1].max() < 1e-2 * np.median(power[(frequency > 10) & (frequency < 40)])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rate": 128}, "a rate other than 160 Hz"),
        ({"leave_out": 2}, "no electrode Fp1, AF3"),
        ({"cues": [(0.0, "T7")]}, "others than T0"),
        ({"cues": []}, "no cues"),
    ],
)
def test_what_is_no_run_is_refused(change: dict, said: str, tmp_path: Path) -> None:
    path = write_edf(tmp_path / "run.edf", **({"cues": CUES} | change))
    with pytest.raises(InputError, match=said):
        eegmmidb.read(path)


def test_a_file_that_is_cut_off_and_a_folder_without(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "run.edf", CUES)
    whole = path.read_bytes()
    for end in (0, 100, 1000, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"run.edf: cannot be read as EDF\+"):
            eegmmidb.read(path)
    with pytest.raises(InputError, match=r"no S001/S001R03\.edf there"):
        eegmmidb.load(tmp_path)
