import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.verbs import demo


@pytest.mark.parametrize(("network", "core"), [("tiny", "tree"), ("anyone", "serial")])
def test_demo_without_records_says_so_and_is_bit_exact(tmp_path, network, core):
    """As a user runs it, in a folder without data: the RTL is built (or taken from the suite's cache) and run."""
    cache = Path("build/cache").resolve()
    cache.mkdir(parents=True, exist_ok=True)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "cache").symlink_to(cache)
    done = subprocess.run(
        [sys.executable, "-m", "sparrow_ecg.sim", "demo", "-n", network, "--out", str(tmp_path / "demo")],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "GENERATED ECG" in done.stdout.splitlines()[0]
    report = json.loads((tmp_path / "demo" / f"compare-{network}-synthetic-{core}.json").read_text())
    beats, potentials = report["beats"], report["potentials"]
    assert beats > 100
    assert f"bit-exact: {beats} of {beats} beats, {potentials} of {potentials} potentials" in done.stdout
    names = {path.name for path in (tmp_path / "demo").iterdir()}
    assert names == {
        "beats.png",
        f"compare-{network}-synthetic-{core}.json",
        f"core-{network}.json",
        f"core-{network}.v",
        f"energy-{network}-synthetic.json",
    }


@pytest.mark.parametrize(
    ("options", "split"),
    [
        ([], "inter+svdb"),
        (["-n", "tiny"], "intra"),
        (["-n", "anyone"], "inter+svdb"),
        (["-n", "tiny-inter-0"], "inter"),
    ],
)
def test_the_beats_are_those_that_test_the_network(monkeypatch, options, split):
    def load(net, split, *_, **__):
        raise InputError(split)

    monkeypatch.setattr(demo.testset, "load", load)
    done = CliRunner().invoke(app("demo"), options)
    assert str(done.exception) == split


def test_the_headline_has_the_energy_of_each_core_that_was_measured():
    network = Network.load("anyone")
    told = demo._headline(Build(network, choose(network)), 0.5)
    assert "50.00% of test beats right" in told
    measured = [words for words in told.split("; ") if "SkyWater" in words]
    assert ["as tree" in words for words in measured] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--network", "absent"], "no network 'absent'"),
        (["--lanes", "0"], "lanes = 0"),
        (["--lanes", "99"], "lanes = 99"),
        (["--data", "absent"], "absent"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sparrow_ecg.sim", "demo", *arguments], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
