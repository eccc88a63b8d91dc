from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats
from sparrow_ecg.model.signals.ecg.records import LONGEST_RUN, available, read_record
from sparrow_ecg.model.signals.ecg.synthetic import generate, synthesize
from tests.support.examples import examples


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        synthesize(tmp_path / folder, records=2, seconds=20, seed=seed)
    a, b, c = (digests(tmp_path / folder) for folder in "abc")
    assert sorted(a) == sorted(f"synthetic{n}.{suffix}" for n in (1, 2) for suffix in ("atr", "dat", "hea"))
    assert a == b
    assert not set(a.values()) & set(c.values())
    assert a["synthetic1.dat"] != a["synthetic2.dat"]


@examples(20)
@given(st.integers(0, 2**32), st.floats(3, 40))
def test_any_record_reads_back(tmp_path_factory: pytest.TempPathFactory, seed: int, seconds: float) -> None:
    root = tmp_path_factory.mktemp("any")
    synthesize(root, 1, seconds, seed)
    made, read = generate("synthetic1", seconds, seed), read_record(root, "synthetic1")
    assert (made.codes == read.codes).all()
    assert (made.peaks == read.peaks).all()
    assert made.symbols == read.symbols
    assert np.diff(read.peaks).min() > 360 * 0.3


def test_classes_differ_as_documented(synthetic_beats: Beats) -> None:
    normal = np.median(synthetic_beats.previous[synthetic_beats.label == 0])
    of_class = {name: synthetic_beats.select(synthetic_beats.label == at) for at, name in enumerate(CLASSES)}
    assert all(len(beats) >= 5 for beats in of_class.values())
    s, v, f = (of_class[name] for name in "SVF")
    assert s.previous.max() < 0.9 * normal
    assert v.previous.max() < 0.9 * normal
    assert np.median(f.previous) > 0.85 * normal
    assert np.median(v.previous + v.following) == pytest.approx(2 * normal, rel=0.1)  # the pause compensates
    assert np.median(s.previous + s.following) < 1.85 * normal

    def width(beats: Beats) -> float:
        window = beats.windows(60, 60)
        return float(np.median((window > (window.max(1) + np.median(window, 1))[:, None] / 2).sum(1)))

    assert width(v) > 1.5 * width(f) > 1.5 * width(of_class["N"])


def test_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="synthetic record synthetic1: 2 s is too short: ask for 3 s or more"):
        synthesize(tmp_path, seconds=2)
    assert available(tmp_path) == ()


def test_a_record_has_its_files_or_no_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wfdb.wrann", interrupted)
    with pytest.raises(KeyboardInterrupt):
        synthesize(tmp_path, seconds=5)
    assert list(tmp_path.iterdir()) == []


def test_no_run_counts_as_flat() -> None:
    codes = generate("long", seconds=600).codes
    runs = np.diff(np.flatnonzero(np.diff(codes, prepend=-1, append=-1)))
    assert runs.max() < LONGEST_RUN * 360 / 10
