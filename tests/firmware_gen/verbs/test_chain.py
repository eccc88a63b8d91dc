"""What the verb writes and says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.firmware_gen.chain.cortex import Measured, Size, Work
from sparrow_ecg.firmware_gen.verbs import chain
from sparrow_ecg.model.errors import InputError


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*options: str) -> str:
    done = CliRunner().invoke(app("chain"), options)
    if done.exception:
        raise done.exception
    return done.output


def test_it_writes_the_code(here: Path) -> None:
    run("--rate", "500", "--out", "there")
    assert (here / "there/tiny/chain/ecg_chain.c").is_file()
    assert not (here / "build/results").exists()


def test_records_are_checked(here: Path, synthetic_root: Path) -> None:
    said = run("--check", "--data", str(synthetic_root), "--rate", "250")
    assert "bit-exact: 3 recorded records" in said
    result = json.loads((here / "build/results/chain-tiny.json").read_text())
    assert result["checked"]["samples"] == 3 * 120 * 250
    assert (result["network"], result["rate"]) == ("tiny", 250)


def test_a_data_root_without_records_is_refused(here: Path) -> None:
    with pytest.raises(InputError, match="no ECG records"):
        run("--check", "--data", str(here))


def test_what_a_cortex_takes_is_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = [Measured("-Os", Size(1, 2, 3, 4), Work(5.5, 6), Work(7.0, 8))]
    monkeypatch.setattr(chain, "measure", lambda *_: measured)
    assert "-Os: flash 1 code + 2 tables, RAM 3 state" in run("--cortex")
    result = json.loads((here / "build/results/chain-cortex-tiny.json").read_text())
    assert result["Os"]["instructions"] == {"mean": 5.5, "most": 6}
