"""The command line as a user meets it: help, what is refused before any work begins, and how it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import typer
from typer.core import TyperOption
from typer.testing import CliRunner

import sparrow_ecg
from sparrow_ecg.cli import PACKAGES, app, verbs
from sparrow_ecg.commands import group, run
from sparrow_ecg.model import console
from sparrow_ecg.model.signals.ecg.splits import SPLITS
from sparrow_ecg.model.verbs.options import Split

ROOT = Path(__file__).parents[1]
QUICK = ["synthetic", "--records", "1", "--seconds", "3"]
WIDE = {"COLUMNS": "200", "TERMINAL_WIDTH": "200"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sparrow_ecg", *arguments]


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_and_every_option_has_help(verb):
    shown = CliRunner(env=WIDE).invoke(app(verb), ["--help"])
    assert shown.exit_code == 0, shown.output
    for parameter in typer.main.get_command(app(verb)).params:
        told = getattr(parameter, "help", None)
        assert told, f"{verb}: {parameter.name}"
        assert told[0].isupper() or told[0] in "-$", f"{verb}: {told}"
        assert told.endswith("."), f"{verb}: {told}"
        if isinstance(parameter, TyperOption):
            assert parameter.opts[0] in shown.output


@pytest.mark.parametrize("verb", verbs())
def test_the_first_line_of_a_verb_is_a_sentence(verb):
    line = group().get_command(None, verb).help
    assert re.fullmatch(r"[A-Z].*\.", line)
    assert len(line) <= 72


def test_help_is_grouped_by_package(capsys):
    assert run(["--help"]) == 0
    panels = re.split(r"╭─ ", capsys.readouterr().out)[2:]  # after options
    assert len(panels) == len(PACKAGES)
    for (package, told), panel in zip(PACKAGES.items(), panels, strict=True):
        assert panel.startswith(f"{package}: {told}")
        assert re.findall(r"^│ ([a-z-]+)", panel, re.MULTILINE) == list(verbs(package))


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_runs_from_the_root_of_the_project(package):
    """And names itself so that what its messages say can be typed."""
    done = subprocess.run([sys.executable, "-m", package, "absent"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"see `python -m {package} --help`" in done.stderr


def test_version(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"sparrow-ecg {sparrow_ecg.__version__}\n"


def test_without_a_verb_there_is_help_and_no_complaint(capsys):
    assert run([]) == 2
    told = capsys.readouterr()
    assert "Usage" in told.out
    assert told.err == ""


def test_the_options_split_are_all_splits():
    assert get_args(Split) == SPLITS


REFUSED = [  # command line, what the message says
    ("nothing", "No such command 'nothing'"),
    ("gatepowr", "Did you mean gatepower?"),
    ("verilog --lane 4", "--lane"),
    ("verilog --lanes four", "'--lanes'"),
    ("verilog --lanes 0", "lanes = 0"),
    ("verilog --datapath tree --lanes 4", "the datapath tree has no such choice: give the datapath serial"),
    ("verilog --datapath bush", "bush"),
    ("verilog --network absent", "no network 'absent'"),
    *((f"{verb} --clock-mhz {mhz}", "'--clock-mhz'")
      for verb in ("gatepower", "sram", "fpga", "pareto") for mhz in ("-4", "nan", "inf", "0")),
    *((f"{verb} --beats {beats}", "'--beats'")
      for verb in ("gatepower", "bench", "pareto", "tradeoffs") for beats in (0, -1)),
    *((f"synthetic --seconds {seconds}", "'--seconds'") for seconds in ("nan", "inf", "-inf", "1e12", "-1", "2")),
    ("synthetic --records 0", "'--records'"),
    *((f"{verb} --seed -1", "'--seed'") for verb in ("synthetic", "train", "evaluate", "gatepower", "fpga", "cosim")),
    *((f"{verb} --split none", "'--split'") for verb in ("train", "evaluate", "gatepower", "energy", "compare")),
    ("compare --records 100,,101", "a name is empty"),
    ("compare --records ,", "a name is empty"),
    ("compare --records synthetic1,nobody", "no record nobody in"),
    ("evaluate --records absent", "no records in absent: name a folder with WFDB records"),
    ("evaluate --records . --seed 1", "--seed: --records takes all beats of its folder"),
    ("evaluate --records . --data .", "--data: --records takes all beats of its folder"),
    ("evaluate --records . --seeds", "--seeds: --records takes all beats of its folder"),
    ("evaluate --seeds --seed 1", "--seed: is of one network, and --seeds takes several"),
    ("evaluate --seeds --curves", "--curves: is of one network, and --seeds takes several"),
    ("evaluate --seeds --split adaptive", "no network is shipped, and a spread needs two seeds"),
    ("evaluate --lead V5", "--lead: goes with --records only"),
    ("evaluate --annotations answers", "--annotations: goes with --records only"),
    *((f"{verb} --workers 0", "'--workers'") for verb in ("pareto", "calibrate", "tradeoffs")),
    ("pareto --network tiny --datapath bush", "bush is not one of tree, mac, serial"),
    ("pareto --network tiny --zero-skip maybe", "maybe is not one of yes, no"),
    ("synth --clock-gates -1", "'--clock-gates'"),
    ("synth --pdk sky", "no PDK 'sky'"),
    ("cosim-firmware --second reference", "reference"),
    ("train --study 1", "one seed has no spread"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), REFUSED, ids=[line for line, _ in REFUSED])
def test_what_is_refused_is_one_line_before_any_work(line, message, synthetic_root, tmp_path, monkeypatch, capsys):
    if line.startswith("train --study"):
        pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECG_DATA", str(synthetic_root))
    assert run(line.split()) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert told.err.startswith("error: ")
    assert told.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "verb", [verb for verb in verbs() if verb not in ("check-image", "docs", "figures", "cosim", "mutants")]
)
@pytest.mark.parametrize("place", ["file", "file/below"])
def test_where_results_cannot_go_is_said_first(verb, place, tmp_path, monkeypatch, capsys):
    """Nothing is asked of the rest of the command line before: there are no records here, and no network absent."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECG_DATA", str(tmp_path / "nowhere"))
    Path("file").touch()
    needed = ["--record", "100", "--beat", "0"] if verb == "wave" else []
    option = "--data" if verb == "data" else "--out"
    assert run([verb, *needed, option, place]) == 2
    told = capsys.readouterr().err
    assert told == f"error: {place}: nothing can be written there (Not a directory): name another folder\n"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, monkeypatch, capsys):
    """Where the check before the work could not see it coming: permissions that root does not mind."""
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "build/synthetic")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert run(QUICK) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: build/synthetic: Permission denied: change")


def test_a_reader_that_has_gone_is_no_error(tmp_path):
    """As in ``sparrow ... | head -0``."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command(*QUICK), cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == console.BROKEN_PIPE
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_to_a_full_disk_is_one_line(tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run(command(*QUICK), cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == ["error: No space left on device: free some space, or write elsewhere"]


INTERRUPTED_AT = """
import builtins, os, signal, sys
real = builtins.__import__
def watched(name, *rest, **more):
    if name == where:
        builtins.__import__ = real
        os.kill(os.getpid(), signal.SIGINT)
    return real(name, *rest, **more)
where = sys.argv.pop(1)
builtins.__import__ = watched
from sparrow_ecg.cli import main
main()
"""


@pytest.mark.parametrize("module", ["typer", "rich.console", "sparrow_ecg.hw.build", "wfdb"])
def test_interrupted_while_importing(module, tmp_path):
    arguments = [sys.executable, "-c", INTERRUPTED_AT, module, "demo"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (130, "interrupted")
    assert "Traceback" not in done.stderr


LACKING = """
import sys

class Lacking:
    name = sys.argv.pop(1)

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == self.name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Lacking())
from sparrow_ecg.cli import main
main()
"""


@pytest.mark.parametrize(
    ("verb", "package", "extra"),
    [
        ("firmware", "systemrdl", "firmware"),
        ("train", "torch", "train"),
        ("eeg", "scipy", "eeg"),
        ("pareto --small --pdk nangate45", "distributed", "cluster"),
    ],
)
def test_a_package_of_an_extra_that_is_not_installed(verb, package, extra, tmp_path):
    library = tmp_path / "liberty" / "nangate45" / "nangate45_typ.lib.gz"
    library.parent.mkdir(parents=True)
    for needed in (library, tmp_path / "synthetic1.hea"):  # looked for, and not read
        needed.touch()
    command = [sys.executable, "-c", LACKING, package, *verb.split()]
    environment = os.environ | {"ECG_DATA": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: no package {package}: install the extra, `pip install ")
    assert f"'sparrow-ecg[{extra}]'" in done.stderr
    assert done.stderr.count("\n") == 1
