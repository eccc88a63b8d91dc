"""Records that are damaged or odd, as a user of `evaluate --records` meets them: one line, or scores as defined."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wfdb

from sparrow_ecg.commands import run
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.signals.ecg.records import read_record
from sparrow_ecg.model.signals.ecg.synthetic import generate, write_record
from sparrow_ecg.model.signals.ecg.testset import load_folder

RECORD = generate("r", 60)
MISSING = np.where(np.arange(len(RECORD.codes)) // 10 == 50, -2048, RECORD.codes)  # ten samples of format 212's NaN


def evaluate(folder: Path, *options: str) -> int:
    return run(["evaluate", "--records", str(folder), "--out", str(folder.parent / "results"), *options])


def write(folder: Path, **changes: object) -> None:
    write_record(replace(RECORD, **changes), folder, "for a test")


def beats(chosen: np.ndarray | slice) -> dict[str, object]:
    return {"peaks": RECORD.peaks[chosen], "symbols": tuple(np.array(RECORD.symbols)[chosen].tolist())}


def judged(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[dict[str, Any], list[str]]:
    """The result of a folder that is taken, and the notes about it, but for who trained the network."""
    assert evaluate(folder, *options) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    (path,) = (folder.parent / "results").glob("*.json")
    return json.loads(path.read_text()), [note for note in notes if "trained" not in note]


def test_a_class_without_beats_has_no_se(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "bad", symbols=("N",) * len(RECORD.peaks))
    result, notes = judged(tmp_path / "bad", capsys)
    assert notes == ["note: no beat of class S, V, F here: there is no Se of it, and +P is 0 or none"]
    for scores in (result, result["records"]["r"], result["average"]):
        assert scores["per_class"]["N"]["Se"] == scores["accuracy"]
        assert [scores["per_class"][name]["Se"] for name in "SVF"] == [None] * 3
    called = np.sum(result["confusion"], axis=0)[1:]
    assert [result["per_class"][name]["+P"] for name in "SVF"] == [0.0 if count else None for count in called]


def test_beats_that_are_not_annotated_are_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first seconds: the rest is judged as it would be, but for what the interval before the first beat says."""
    start = int(np.argmax(RECORD.peaks > 20 * 360))
    write(tmp_path / "all" / "r")
    write(tmp_path / "bad", **beats(slice(start, None)))
    network = Network.load("reference")  # samples only
    answers = {
        folder.name: golden.run(network, load_folder(network, folder).counts).classes
        for folder in (tmp_path / "all" / "r", tmp_path / "bad")
    }
    assert (answers["bad"] == answers["r"][start:]).all()
    capsys.readouterr()
    result, notes = judged(tmp_path / "bad", capsys)
    first = RECORD.peaks[start] / 360
    assert notes == [f"note: no beat is annotated in the first 5 s, so none is judged there: r ({first:.1f} s)"]
    assert result["beats"] == len(RECORD.peaks) - start


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("network", ["tiny", "frugal", "accurate", "reference"])
def test_one_or_two_beats(tmp_path: Path, count: int, network: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "bad", **beats(slice(3, 3 + count)))
    result, notes = judged(tmp_path / "bad", capsys, "-n", network)
    assert (result["beats"], np.sum(result["confusion"])) == (count, count)
    assert ("note: one beat, so no interval between beats: r" in notes) == (count == 1)


def test_a_beat_near_an_end_has_a_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The outermost sample repeats."""
    write(tmp_path / "bad", peaks=np.array([0, 3, len(RECORD.codes) - 1]), symbols=("N", "V", "N"))
    assert judged(tmp_path / "bad", capsys)[0]["beats"] == 3


def test_frames_of_another_lead_are_no_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "good")
    both = wfdb.Record(
        record_name="r", n_sig=2, fs=360, sig_name=["MLII", "ABP"], units=["mV", "mmHg"], fmt=["16"] * 2,
        file_name=["r.dat"] * 2, adc_gain=[200.0] * 2, baseline=[1024] * 2, adc_res=[11] * 2, adc_zero=[1024] * 2,
        block_size=[0] * 2, samps_per_frame=[1, 2], sig_len=len(RECORD.codes),
        e_d_signal=[RECORD.codes, np.repeat(RECORD.codes[::-1], 2)],
    )  # fmt: skip
    both.set_d_features(expanded=True)
    write(tmp_path / "two")
    both.wrsamp(expanded=True, write_dir=str(tmp_path / "two"))
    one, two = (read_record(tmp_path / name, "r") for name in ("good", "two"))
    assert (one.codes == two.codes).all()
    assert evaluate(tmp_path / "two", "--lead", "ABP") == 2
    assert "lead ABP: is in mmHg" in capsys.readouterr().err
    header = tmp_path / "two" / "r.hea"
    header.write_text(header.read_text().replace("mmHg", "mV"))
    assert evaluate(tmp_path / "two", "--lead", "ABP") == 2
    assert "lead ABP: has several samples in a frame: give it a rate of its own" in capsys.readouterr().err


def test_a_record_shorter_than_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "bad", codes=RECORD.codes[:500], **beats(slice(1)))
    assert evaluate(tmp_path / "bad") == 0
    tiny = Network.load("tiny")
    wide = replace(tiny, encoding=replace(tiny.encoding, block=32), name="wide")
    saved = str(wide.save(tmp_path / "wide.json"))
    capsys.readouterr()
    assert evaluate(tmp_path / "bad", "-n", saved) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "error: record r: has 500 samples of 360 Hz, and the window of 'wide' 512: leave the record out, or choose"
        " another network"
    )


def _segments(folder: Path) -> None:
    half = len(RECORD.codes) // 2
    for name, part in (("ra", slice(half)), ("rb", slice(half, None))):
        mine = (RECORD.peaks >= (part.start or 0)) & (RECORD.peaks < (part.stop or len(RECORD.codes)))
        shifted = beats(mine) | {"peaks": RECORD.peaks[mine] - (part.start or 0)}
        write(folder, name=name, codes=RECORD.codes[part], **shifted)
    (folder / "r.hea").write_text(f"r/2 1 360 {2 * half}\nra {half}\nrb {half}\n")
    wfdb.wrann("r", "atr", RECORD.peaks, list(RECORD.symbols), write_dir=str(folder))


def _framed(folder: Path) -> None:
    header = folder / "r.hea"
    header.write_text(header.read_text().replace(" 212 ", " 212x2 "))


REFUSED: dict[str, tuple[dict[str, object], Callable[[Path], object], str]] = {
    "short": (
        {"codes": RECORD.codes[:300], **beats(slice(1))},
        Path.exists,
        "only 300 samples, too short for",
    ),
    "beyond": ({"codes": RECORD.codes[:9000]}, Path.exists, "after the end of the signal (9000 samples)"),
    "nothing": (
        {},
        lambda folder: (folder / "r.atr").write_bytes(b""),
        "r.atr is empty, cut off, or its",
    ),
    "no beats": ({}, lambda folder: (folder / "r.atr").write_bytes(b"\0\0"), "r.atr has no beats: annotate it"),
    "no file": ({}, lambda folder: (folder / "r.atr").unlink(), "r.atr is missing, and beats are taken from it"),
    "missing": ({"codes": MISSING}, Path.exists, "10 of 21600 samples are missing or outside 0..2047, the first at"),
    "segments": ({}, _segments, "is made of segments: give each as a record of its own"),
    "frames": ({}, _framed, "lead MLII: has several samples in a frame"),
    "only Q": ({"symbols": ("Q",) * len(RECORD.peaks)}, Path.exists, "no beat of class N, S, V, F in the records (r)"),
}


@pytest.mark.parametrize(("changes", "damage", "message"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_judged_is_one_line(
    tmp_path: Path,
    changes: dict[str, object],
    damage: Callable[[Path], object],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path / "bad", **changes)
    damage(tmp_path / "bad")
    assert evaluate(tmp_path / "bad") == 2
    told = capsys.readouterr()
    (line,) = (line for line in told.err.splitlines() if line != "reading records ...")
    assert line.startswith("error: ")
    assert message in line
    assert told.out == ""
    assert not (tmp_path / "results").exists()
