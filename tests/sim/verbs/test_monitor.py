"""The monitor's verbs on generated ECG: what they write and say."""

import json
from pathlib import Path

import pytest
import wfdb

from sparrow_ecg.commands import run
from sparrow_ecg.model.signals.ecg.synthetic import synthesize


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> tuple[Path, tuple[str, ...]]:
    folder = tmp_path_factory.mktemp("records")
    return folder, synthesize(folder, records=2, seconds=60)


def test_a_record_becomes_annotations_and_a_page(records, tmp_path, capsys) -> None:
    folder, (name, _) = records
    options = ["--network", "tiny", "--data", str(folder), "--record", name, "--results", str(tmp_path)]
    assert run(["monitor", *options, "--out", str(tmp_path / "page")]) == 0
    said = capsys.readouterr().out
    assert "bit-exact" in said
    assert "power: not measured yet" in said
    beats = wfdb.rdann(str(tmp_path / "page" / name), "spd")
    assert len(beats.sample) > 50
    assert name in (tmp_path / "page" / "index.html").read_text()


def test_without_records_ecg_is_generated_and_said_to_be(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("ECG_DATA", str(tmp_path / "none"))
    assert run(["monitor", "--network", "tiny", "--results", str(tmp_path), "--out", str(tmp_path / "page")]) == 0
    captured = capsys.readouterr()
    assert "generated ECG" in captured.err
    assert "generated ECG" in captured.out
    assert "generated ECG" in (tmp_path / "page" / "index.html").read_text()


def test_records_are_compared_sample_by_sample(records, tmp_path, capsys) -> None:
    folder, _ = records
    assert run(["compare-monitor", "--network", "tiny", "--data", str(folder), "--out", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "monitor-tiny.json").read_text())
    assert (report["records"], report["mismatches"]) == (2, 0)
    assert report["samples"] == 2 * 60 * 360
    assert report["blocks"] == report["samples"] // 4
    assert report["qrs_se"] > 0.95
    assert set(report["splits"]) == {"all"}
    assert list(report["per_class"]) == list("NSVF")
    assert report["splits"]["all"]["per_class"] == report["per_class"]
    assert report["per_class"]["N"]["count"] > 100
    assert 5 < report["longest_work"] < 455  # at 32.768 kHz no sample is lost


def test_a_block_of_several_records_is_refused(records, capsys) -> None:
    folder, _ = records
    assert run(["compare-monitor", "--network", "tiny", "--data", str(folder), "--block", "3"]) == 2
    assert "name it with --records" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["monitor", "compare-monitor"])
def test_a_network_of_other_inputs_is_refused(records, verb, capsys) -> None:
    folder, names = records
    options = ["--record", names[0]] if verb == "monitor" else []
    assert run([verb, "--network", "keen", "--data", str(folder), *options]) == 2
    assert "network 'keen': the front end does not make such inputs" in capsys.readouterr().err
