"""What is made once and kept, with several processes at it, and makers that are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sparrow_ecg.sim.cache import cached

MAKER = """
import sys
from pathlib import Path
from sparrow_ecg.sim.cache import cached

def make(folder):
    with open("made", "a") as log:
        log.write("x")
    (folder / "product").write_text("half")
    print("begun", flush=True)
    sys.stdin.readline()
    (folder / "product").write_text("whole")

print("wanted", flush=True)
print((cached("thing", ["a"], make) / "product").read_text())
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, where nothing has been made."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def maker(text: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "product").write_text(text)

    return make


def process(until: str) -> subprocess.Popen[str]:
    """One that wants the entry, and has said so much."""
    command = [sys.executable, "-c", MAKER]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdout
    assert until in iter(lambda: running.stdout.readline().strip(), "")
    return running


def entries(folder: Path) -> list[Path]:
    return [path for path in (folder / "build/cache").iterdir() if path.suffix != ".lock"]


def test_an_entry_is_made_once_and_by_its_key() -> None:
    first = cached("thing", ["a", b"b"], maker("first"))
    assert cached("thing", ["a", b"b"], maker("second")) == first
    assert (first / "product").read_text() == "first"
    others = [("thing", ["ab"]), ("thing", ["a", "b", ""]), ("thing", ["a"]), ("other", ["a", "b"])]
    assert len({first, *(cached(kind, key, maker("other")) for kind, key in others)}) == 5


def test_threads_make_it_once() -> None:
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        maker("whole")(folder)

    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: cached("thing", ["a"], make), range(4)))
    assert [(folder / "product").read_text() for folder in folders] == ["whole"]
    assert len(made) == 1


def test_two_processes_at_once_make_it_once(elsewhere: Path) -> None:
    first = process(until="begun")
    assert not list(elsewhere.glob("build/cache/thing-*/product"))  # nobody sees what is not whole
    second = process(until="wanted")
    assert [each.communicate("\n")[0] for each in (first, second)] == ["whole\n", "whole\n"]
    assert (elsewhere / "made").read_text() == "x"
    assert len(entries(elsewhere)) == 1


def test_what_is_interrupted_leaves_nothing(elsewhere: Path) -> None:
    running = process(until="begun")
    running.send_signal(signal.SIGINT)
    running.communicate()
    assert running.returncode == -signal.SIGINT or running.returncode == 128 + signal.SIGINT
    assert entries(elsewhere) == []
    assert (cached("thing", ["a"], maker("again")) / "product").read_text() == "again"


def test_a_maker_that_is_killed_holds_up_nobody(elsewhere: Path) -> None:
    running = process(until="begun")
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    assert (cached("thing", ["a"], maker("again")) / "product").read_text() == "again"


def test_a_maker_that_fails_is_asked_again(elsewhere: Path) -> None:
    def fail(folder: Path) -> None:
        maker("half")(folder)
        raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        cached("thing", ["a"], fail)
    assert entries(elsewhere) == []
    assert (cached("thing", ["a"], maker("whole")) / "product").read_text() == "whole"
