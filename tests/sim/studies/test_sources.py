"""Which code a stored result depends on: one module is edited in a copy of the package, and a sweep is asked again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sparrow_ecg
from sparrow_ecg.sim.studies import observe, variants
from sparrow_ecg.sim.studies.measure import measure
from sparrow_ecg.sim.studies.sources import modules, sources

# A study beside ours, which depends on what `observe` depends on, and is quick. It is swept again after each edit.
STUDY = """
from pathlib import Path
from sparrow_ecg.sim.studies import observe

def work(task):
    with Path("log").open("a") as log:
        log.write("x")
    return {"value": 1}
"""
SWEEPS = """
import sys
from pathlib import Path
from distributed import Client
from sparrow_ecg.sim.studies.sources import sources
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.study import work
from sparrow_ecg.sim.studies.sweep import sweep

class Task:
    key, label, cost = "1", "one", 1.0
    def describe(self):
        return {}

with Client(processes=False, dashboard_address="127.0.0.1:0", n_workers=1, threads_per_worker=1) as client:
    for edited in ["", *sys.argv[1:]]:
        if edited:
            with open(edited, "a") as file:
                file.write("\\n")
        sources.cache_clear()  # as in a process that begins now
        (result,) = sweep([Task()], Store(Path("points.sqlite")), work, client)
        assert result["value"] == 1, result
        print(edited, len(Path("log").read_text()))
"""


def test_an_edit_of_what_it_depends_on_and_of_nothing_else_measures_again(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="no distributed: pip install -e .[cluster]")
    package = tmp_path / "sparrow_ecg"
    ignored = shutil.ignore_patterns("__pycache__", "seeds")
    shutil.copytree(Path(sparrow_ecg.__file__).parent, package, ignore=ignored)
    (package / "sim/studies/study.py").write_text(STUDY)
    edited = ["sim/verbs/pareto.py", "sim/energy/calibration.py", "sim/report/pareto.py", "sim/gates/run/gatesim.cpp"]
    command = [sys.executable, "-c", SWEEPS, *(f"sparrow_ecg/{name}" for name in edited)]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    times = [int(line.split()[-1]) for line in done.stdout.splitlines()]
    assert times == [1, 1, 2, 2, 3]  # at first, and after each edit


def test_what_our_work_depends_on() -> None:
    ours = {work: set(modules(work.__module__)) for work in (observe.observe, measure, variants.train)}
    package = "sparrow_ecg."
    for found in ours.values():
        assert not {name for name in found if ".verbs" in name or ".report" in name or name == package + "cli"}
        assert package + "model.signals.ecg.splits" in found
    assert package + "sim.energy.calibration" in ours[observe.observe]
    assert package + "sim.energy.calibration" not in ours[measure]
    assert package + "sim.gates.energy.power" in ours[measure]
    assert package + "model.training.fit" in ours[variants.train]  # imported by a function
    assert not {name for name in ours[variants.train] if ".sim.gates" in name}


WORK = """
from typing import TYPE_CHECKING
from dependent import near
if TYPE_CHECKING:
    import dependent.types

def work():
    import dependent.late.part
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package ``dependent``, with one function."""
    files = {
        "__init__.py": "",
        "work.py": WORK,
        "near.py": "import json, dependent.far",
        "far.py": "from dependent import work",
        "types.py": "",
        "apart.py": "",
        "late/__init__.py": "",
        "late/part.py": "",
        "late/part.cpp": "int part;",
        "late/data/table.json": "{}",
    }
    for name, text in files.items():
        path = tmp_path / "dependent" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "dependent"
    for name in [name for name in sys.modules if name.partition(".")[0] == "dependent"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("edited", "matters"),
    [
        ("work.py", True),
        ("near.py", True),
        ("far.py", True),
        ("late/__init__.py", True),
        ("late/part.py", True),
        ("late/part.cpp", True),
        ("types.py", False),
        ("apart.py", False),
        ("late/data/table.json", False),
    ],
)
def test_a_digest_of_imports_of_any_kind(package: Path, edited: str, matters: bool) -> None:
    from dependent.work import work  # type: ignore[import-not-found]

    before = sources(work)
    sources.cache_clear()
    assert sources(work) == before
    with (package / edited).open("a") as file:
        file.write("\n")
    sources.cache_clear()
    assert (sources(work) != before) == matters
