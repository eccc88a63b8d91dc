"""What is installed: the wheel in a fresh environment, used in a folder with modules named as its packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import sparrow_ecg
from sparrow_ecg.cli import PACKAGES

ROOT = Path(__file__).parents[1]
SOURCES = ("src", *PACKAGES, "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "ECG_DATA")}
    done = subprocess.run(
        command, cwd=folder, env=kept | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, built from a copy without network."""
    tree, built = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("built")
    for source in SOURCES:
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / source, tree / source, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / source, tree)
    for what in ("sdist", "wheel"):
        command = f"import sys; from setuptools import build_meta; build_meta.build_{what}(sys.argv[1])"
        run(sys.executable, "-c", command, built, folder=tree)
    return built


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment with the wheel and, from this environment, what it depends on."""
    home = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", home, folder=home)
    python = home / "bin" / "python"
    (wheel,) = built.glob("*.whl")
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel, folder=home)
    (packages,) = home.glob("lib/python*/site-packages")
    # Its folders only: a .pth in them, such as the one of an editable install, is not read.
    (packages / "dependencies.pth").write_text(
        "\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    )
    return home / "bin"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A user's folder with modules that are named as ours; and the project's builds, which take long."""
    for name in PACKAGES:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the user\\'s own module')")
    cache = ROOT / "build" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "cache").symlink_to(cache)
    return tmp_path


def of_the_packages(names: list[str], below: str) -> set[str]:
    return {name.removeprefix(below) for name in names if name.startswith(below) and not name.endswith("/")}


def test_the_wheel_and_the_sdist_hold_every_file(built: Path):
    here = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } | {path.name for path in (ROOT / "src/sparrow_ecg").iterdir() if path.is_file()}
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sparrow_ecg"}  # and its metadata
    assert of_the_packages(names, "sparrow_ecg/") == here
    with tarfile.open(sdist) as archive:
        assert of_the_packages(archive.getnames(), f"{sdist.name.removesuffix('.tar.gz')}/src/sparrow_ecg/") >= here


def test_the_command_line_is_that_of_the_wheel(installed: Path, hostile: Path):
    assert "demo" in run(installed / "sparrow", "--help", folder=hostile)
    told = run(
        installed / "python", "-c", "import sparrow_ecg as s; print(s.__version__, s.__file__)", folder=hostile
    ).split()
    assert told[0] == sparrow_ecg.__version__
    assert Path(told[1]).is_relative_to(installed.parent)


def test_verilog_in_a_hostile_folder(installed: Path, hostile: Path):
    run(installed / "python", "-m", "sparrow_ecg", "verilog", "--network", "tiny", "--out", "out", folder=hostile)
    assert "endmodule" in next((hostile / "out").glob("*.v")).read_text()


def test_demo_in_a_hostile_folder(installed: Path, hostile: Path):
    told = run(installed / "sparrow", "demo", folder=hostile, ECG_DATA=str(hostile / "none"))
    assert "GENERATED ECG" in told
    assert "bit-exact" in told
    assert (hostile / "build/demo/beats.png").exists()
