"""`evaluate` as a user meets it: of a split, of every seed, and of a folder of records of any kind."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wfdb

from sparrow_ecg.commands import run
from sparrow_ecg.model.by_record import average
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.form import Form
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL
from sparrow_ecg.model.signals.ecg.synthetic import generate, write_record

SLOW = Form(128, 100, 10, 0)


@pytest.fixture
def strangers(tmp_path: Path) -> Path:
    """A record as MIT-BIH's, one of 128 Hz with two beats that are Q, and one with nothing else."""
    folder = tmp_path / "strangers"
    native, slow, unknown = generate("101", 60), generate("slow", 60, form=SLOW, lead="ECG1"), generate("unknown", 60)
    write_record(native, folder, "for a test")
    write_record(replace(slow, symbols=("Q", "Q", *slow.symbols[2:])), folder, "for a test", SLOW.gain)
    write_record(replace(unknown, symbols=("Q",) * len(unknown.peaks)), folder, "for a test")
    return folder


@pytest.fixture
def patients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Generated records in the place of one that trains between patients, and of three that test."""
    folder = tmp_path / "patients"
    for name in ("101", "100", "202", "232"):
        write_record(generate(name, 60), folder, "for a test")
    monkeypatch.setenv("ECG_DATA", str(folder))
    return folder


def results(folder: Path, *options: str) -> dict[str, Any]:
    """The result of `evaluate` with these options, written to a folder by a name that it had not."""
    before = set(folder.glob("*.json"))
    assert run(["evaluate", "--out", str(folder), *options]) == 0
    (new,) = set(folder.glob("*.json")) - before
    return {"file": new.name, **json.loads(new.read_text())}


def test_a_split_by_records(patients: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for split in ("inter", "adaptive"):
        if split == "adaptive":
            write_record(generate("232", 400), patients, "for a test")  # its first five minutes do not test
        result = results(tmp_path, "--split", split)
        told = capsys.readouterr().out
        names = ["100", "202", "232"] if split == "inter" else ["232"]
        assert list(result["records"]) == names
        assert result["average"] == average(result["records"])
        counted = {name: result["records"][name]["beats"] for name in names}
        assert result["beats"] == sum(counted.values())
        for left_out in ("202", "232"):
            key = f"without_{left_out}"
            assert (key in result) == (split == "inter")
            if split == "inter":
                assert result[key]["beats"] == result["beats"] - counted[left_out]
        assert re.search(rf"│ 232 +│ MLII │ +{counted['232']} │", told)
        assert re.search(rf"│ accuracy +│ +{result['accuracy']:.2%} │", told)


def test_no_network_overwrites_the_result_of_another(patients: Path, tmp_path: Path) -> None:
    """They call themselves tiny, all of them."""
    other = Network.load("tiny-inter-0")
    other = replace(other, layers=Network.load("tiny-intra-3").layers, provenance=other.provenance | {"seed": 7})
    path = other.save(tmp_path / "networks" / "tiny-inter-7.json")
    found = [
        results(tmp_path, "--split", "inter"),
        results(tmp_path, "--split", "inter", "-n", str(path)),
        results(tmp_path),
        results(tmp_path, "-n", "tiny-intra-3"),
        results(tmp_path, "--seed", "3"),
    ]
    assert [(each["file"], each["network"], each["seed"], each["digest"], each["split"]) for each in found] == [
        ("evaluate-tiny-inter-0-inter.json", "tiny-inter-0", 0, Network.load("tiny-inter-0").digest, "inter"),
        ("evaluate-tiny-inter-7-inter.json", "tiny-inter-7", 7, other.digest, "inter"),
        ("evaluate-tiny-intra.json", "tiny", 0, Network.load("tiny").digest, "intra"),
        ("evaluate-tiny-intra-3-intra.json", "tiny-intra-3", 3, Network.load("tiny-intra-3").digest, "intra"),
        ("evaluate-tiny-intra-seed3.json", "tiny", 0, Network.load("tiny").digest, "intra"),
    ]
    assert [each.get("split_seed") for each in found] == [None, None, 0, 3, 3]


def test_every_seed(patients: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    together = results(tmp_path, "--seeds")
    told = capsys.readouterr().out
    assert together["file"] == "evaluate-tiny-intra-seeds.json"
    assert together["seeds"] == [0, 1, 2, 3, 4]
    alone = [results(tmp_path, "-n", f"tiny-intra-{seed}") for seed in range(5)]
    for each, result in zip(together["each"].values(), alone, strict=True):
        assert {**result, **each} == result
    accuracies = [result["accuracy"] for result in alone]
    assert together["spread"]["gross"]["accuracy"]["each"] == accuracies
    mean, deviation = 100 * np.mean(accuracies), 100 * np.std(accuracies, ddof=1)
    assert re.search(rf"│ accuracy │ +{mean:.2f} ± {deviation:.2f} │", told)
    assert re.search(" +│ +".join(f"{accuracy:.2%}" for accuracy in accuracies), told)


def test_every_seed_between_patients(
    patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["tiny-inter-0", "tiny-intra-1"]
    monkeypatch.setattr("sparrow_ecg.model.seeds.siblings", lambda *_: names)
    together = results(tmp_path, "--seeds", "--split", "inter")
    alone = [results(tmp_path, "-n", name, "--split", "inter") for name in names]
    for view, key in (("without 202", "without_202"), ("without 232", "without_232"), ("average", "average")):
        for score in ("Se", "+P", "F1"):
            each = [result[key]["per_class"]["V"][score] for result in alone]
            assert together["spread"][view][f"V {score}"]["each"] == each
    assert together["interval"]["patients"] == 3
    low, high = (100 * end for end in together["interval"]["accuracy"])
    assert low <= 100 * together["spread"]["gross"]["accuracy"]["mean"] <= high
    assert f"{low:.1f} to {high:.1f}% │" in capsys.readouterr().out


def test_curves(patients: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "--out", str(tmp_path), "--curves"]) == 0
    found = json.loads((tmp_path / "evaluate-tiny-intra-curves.json").read_text())
    told = capsys.readouterr().out
    result = json.loads((tmp_path / "evaluate-tiny-intra.json").read_text())
    whose = {key: found[key] for key in ("network", "seed", "digest", "split", "split_seed", "unseen", "beats")}
    assert {**result, **whose} == result
    assert 1 - found["error"] == pytest.approx(result["accuracy"])
    for name, scores in result["per_class"].items():
        of_all = found["risk_coverage"]["per_class"][name]["left_out"]
        assert {score: values[0] for score, values in of_all.items()} == pytest.approx(
            {score: scores[score] for score in of_all}
        )
    assert (tmp_path / "evaluate-tiny-intra-curves.png").read_bytes().startswith(b"\x89PNG")
    row = found["chosen_on_validation"][-1]
    assert re.search(rf"│ 5.00% │ +{row['threshold']} │ +{row['validation']['coverage']:.2%} │", told)


def test_a_folder_has_curves_and_nothing_to_choose_thresholds_by(strangers: Path, tmp_path: Path) -> None:
    named = strangers.rename(tmp_path / "strangers-1.0")
    assert evaluate(named, "--curves") == 0
    found = json.loads((tmp_path / "results" / "evaluate-tiny-strangers-1.0-curves.json").read_text())
    assert found["folder"] == "strangers-1.0"
    assert (tmp_path / "results" / "evaluate-tiny-strangers-1.0-curves.png").exists()
    assert "chosen_on_validation" not in found


def test_a_split_without_validation_beats_chooses_no_threshold(patients: Path, tmp_path: Path) -> None:
    assert run(["evaluate", "--out", str(tmp_path), "--split", "inter", "--curves"]) == 0
    assert "chosen_on_validation" not in (tmp_path / "evaluate-tiny-inter-0-inter-curves.json").read_text()


def test_curves_say_first_what_they_lack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sparrow_ecg.model.verbs.evaluate.find_spec", lambda _: None)
    assert run(["evaluate", "--curves"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: no package sklearn: install the extra, `pip install 'sparrow-ecg[curves]'`")
    assert (told.out, told.err.count("\n")) == ("", 1)


def evaluate(folder: Path, *options: str) -> int:
    return run(["evaluate", "--records", str(folder), "--out", str(folder.parent / "results"), *options])


def classes(path: Path, extension: str) -> list[tuple[int, str]]:
    """Sample and class of each beat of an annotation file."""
    annotation = wfdb.rdann(str(path), extension)
    beats = zip(annotation.sample.tolist(), annotation.symbol, strict=True)
    return [(at, CLASS_OF_SYMBOL[symbol]) for at, symbol in beats if symbol in CLASS_OF_SYMBOL]


def test_any_folder(strangers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file: file.read_bytes() for file in strangers.iterdir()}
    assert evaluate(strangers, "-n", "tiny-inter-0", "--annotations", str(strangers)) == 0
    told = capsys.readouterr()
    path = tmp_path / "results" / "evaluate-tiny-inter-0-strangers.json"
    result = json.loads(path.read_text())
    assert str(path) in told.out

    right = 0
    for name in ("101", "slow"):
        answers = dict(classes(strangers / name, "spw"))
        annotated = [(at, label) for at, label in classes(strangers / name, "atr") if label != "Q"]
        assert list(answers) == [at for at, _ in annotated]  # in the record's own sample numbers
        hits = sum(answers[at] == label for at, label in annotated)
        scores = result["records"][name]
        assert (scores["beats"], scores["accuracy"]) == (len(annotated), hits / len(annotated))
        of_v = [at for at, label in annotated if label == "V"]
        assert scores["per_class"]["V"]["Se"] == sum(answers[at] == "V" for at in of_v) / len(of_v)
        row = next(line for line in told.out.splitlines() if re.match(rf"│ {name} ", line))
        cells = [cell.strip() for cell in row.strip("│").split("│")]
        shown = [scores["accuracy"], *(scores["per_class"][label][score] for label in "VS" for score in ("Se", "+P"))]
        percent = ["-" if value is None else f"{value:.2%}" for value in shown]
        assert cells == [name, scores["lead"], str(scores["beats"]), *percent]
        right += hits
    beats = sum(record["beats"] for record in result["records"].values())
    assert (result["beats"], result["accuracy"]) == (beats, right / beats)
    assert np.sum(result["confusion"]) == beats
    mean = np.mean([result["records"][name]["accuracy"] for name in ("101", "slow")])
    assert result["average"]["accuracy"] == pytest.approx(mean)
    assert re.search(rf"│ gross .* {beats} │ +{right / beats:.2%} │", told.out)
    assert re.search(rf"│ average .* {mean:.2%} │", told.out)

    slow, unknown = result["records"]["slow"], result["records"]["unknown"]
    assert {key: slow[key] for key in ("lead", "rate", "gain", "gain_missing", "bits", "dead")} == {
        "lead": "ECG1", "rate": 128, "gain": 100, "gain_missing": False, "bits": 10, "dead": 0,
    }  # fmt: skip
    assert (unknown["beats"], unknown["accuracy"]) == (0, None)
    assert re.search(r"│ unknown │ MLII │ +0 │ +- │ +- │ +- │ +- │ +- │", told.out)
    assert not (strangers / "unknown.spw").exists()
    assert {file: file.read_bytes() for file in before} == before
    notes = [line for line in told.err.splitlines() if line.startswith("note: ")]
    assert notes == [
        "note: another lead than MLII was taken: ECG1 of slow",
        "note: 'tiny' was trained on split inter, on records with the names 101: if these are the same, accuracy does"
        " not count",
    ]
    assert not result["unseen"]


def test_what_is_assumed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "odd"
    record = generate("odd", 20)
    codes = record.codes.copy()
    codes[:2000] = 1200
    write_record(replace(record, codes=codes), folder, "for a test")
    header = folder / "odd.hea"
    header.write_text(header.read_text().replace(" 200.0(1024)/mV ", " 0 "))
    assert " 212 0 11 " in header.read_text()
    assert evaluate(folder) == 0
    assert capsys.readouterr().err.splitlines()[1:4] == [
        "note: no gain in the header, 200 codes per mV assumed: odd",
        "note: the lead is flat or saturated in parts: odd (27.8%)",
        "note: 'tiny' was trained on split intra, on no record with the name of one of these",
    ]
    found = json.loads((tmp_path / "results" / "evaluate-tiny-odd.json").read_text())
    assert found["unseen"]
    assert found["records"]["odd"]["gain_missing"]


def test_the_lead_is_the_users_choice(strangers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(strangers, "--lead", "0") == 0
    assert evaluate(strangers, "--lead", "ECG1") == 2
    assert "101: has no lead ECG1, but MLII: choose one of its leads" in capsys.readouterr().err
    assert evaluate(strangers, "--lead", "1") == 2


@pytest.mark.parametrize("damage", ["empty.atr", "late.atr", "short.dat", "rate.hea"])
def test_one_bad_record_is_one_line_and_no_result(
    strangers: Path, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, bad = damage.split(".")[0], generate(damage.split(".")[0], 20)
    change = {
        "empty": {"symbols": ("+",) * len(bad.peaks)},
        "late": {"peaks": bad.peaks + 10_000},
        "short": {"codes": bad.codes[:200], "peaks": bad.peaks[:1] // 10, "symbols": ("N",)},
        "rate": {"fs": 100},
    }[name]
    write_record(replace(bad, **change), strangers, "for a test")
    assert evaluate(strangers) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 1
    assert errors[0].startswith(f"error: record {strangers / name}")
    assert not (tmp_path / "results").exists()


def test_where_annotations_cannot_go_is_said_first(strangers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(strangers, "--annotations", str(strangers / "101.hea")) == 2
    told = capsys.readouterr()
    assert (
        told.err
        == f"error: {strangers / '101.hea'}: nothing can be written there (Not a directory): name another folder\n"
    )
