"""DEAP's files: arrays are read as Python 2 and 3 pickle them; a pickle that asks for anything else runs nothing."""

from __future__ import annotations

import os
import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg import deap

RATINGS = np.array([[9.0, 1, 5, 5], [5, 5.1, 5, 5]])


def trials(number: int = 2) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(number, deap.CHANNELS, deap.SAMPLES)).astype(np.float32)


def write(folder: Path, content: Any, protocol: int = 3) -> Path:
    path = folder / "s07.dat"
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def of_python_2(content: dict[str, np.ndarray]) -> bytes:
    """As Python 2's pickle writes a dict of arrays, which is what DEAP's files are: bytes in strings."""

    def array(values: np.ndarray) -> bytes:
        whole = lambda n: b"J" + struct.pack("<i", n)  # noqa: E731
        raw, kind = values.tobytes(), values.dtype.str[1:].encode()
        return (
            b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR(K\x01("
            + b"".join(map(whole, values.shape))
            + b"tcnumpy\ndtype\n(U\x02" + kind + b"K\x00K\x01tR(K\x03U\x01<NNN"
            + whole(-1) + whole(-1) + b"K\x00tbI00\n"
            + b"T" + struct.pack("<i", len(raw)) + raw + b"tb"
        )  # fmt: skip

    items = b"".join(b"U" + bytes([len(name)]) + name.encode() + array(each) for name, each in content.items())
    return b"\x80\x02}(" + items + b"u."


@pytest.mark.parametrize("protocol", ["python 2", 2, 3, 4])
def test_arrays_are_read_however_they_were_pickled(protocol: Any, tmp_path: Path) -> None:
    content = {"labels": RATINGS, "data": trials()}
    path = write(tmp_path, content, 4 if protocol == "python 2" else protocol)
    if protocol == "python 2":
        path.write_bytes(of_python_2(content))
    data, ratings = deap.read(path)
    assert np.array_equal(data, content["data"])
    assert np.array_equal(ratings, RATINGS)


def test_segments_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"data": trials(), "labels": RATINGS})
    found = deap.load(tmp_path)
    assert found.pixels.shape == (20, 1, 32, 32)
    assert found.labels["valence"].tolist() == [1] * 10 + [0] * 10
    assert found.labels["arousal"].tolist() == [0] * 10 + [1] * 10
    assert set(found.group) == {7}


def test_the_baseline_and_what_is_no_eeg_are_not_seen(tmp_path: Path) -> None:
    data = trials()
    write(tmp_path, {"data": data, "labels": RATINGS})
    before = deap.load(tmp_path).digest
    data[:, :, : deap.BASELINE], data[:, 32:] = 99, 99
    write(tmp_path, {"data": data, "labels": RATINGS})
    assert deap.load(tmp_path).digest == before


class _Runs:
    def __reduce__(self) -> tuple:
        return os.mkdir, ("harm",)


def test_a_pickle_that_would_run_something_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, {"data": trials(1), "labels": _Runs()})
    with pytest.raises(InputError, match=r"s07.dat: no recording of DEAP \(it asks for posix.mkdir"):
        deap.read(path)
    assert not Path("harm").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"data": trials(1)}, "labels are no floats"),
        ({"data": trials(1)[:, :, :99], "labels": RATINGS[:1]}, "data are no floats"),
        ({"data": np.array([{}]), "labels": RATINGS}, "data are no floats"),
        ([1], "data are no floats"),
        ({"data": trials(1), "labels": RATINGS}, "1 trials need as many"),
        ({"data": trials(1), "labels": RATINGS[:1] + 8}, "each in 1 to 9"),
    ],
)
def test_what_is_no_recording_is_refused(content: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        deap.read(write(tmp_path, content))


def test_a_file_that_is_cut_off_and_a_folder_without(tmp_path: Path) -> None:
    path = write(tmp_path, {"data": trials(1), "labels": RATINGS[:1]})
    whole = path.read_bytes()
    for end in (0, 1, 100, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError, match="get it again"):
            deap.read(path)
    with pytest.raises(InputError, match=r"no s01\.dat there"):
        deap.load(tmp_path / "none")
    path.write_bytes(pickle.dumps({"data": trials(1) * 0, "labels": RATINGS[:1]}))
    with pytest.raises(InputError, match=r"s07.dat, trial 1: a trial is flat"):
        deap.load(tmp_path)
