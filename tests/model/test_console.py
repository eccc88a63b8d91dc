from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from sparrow_ecg.model import console
from sparrow_ecg.model.errors import EXTRAS, InputError, ToolError, VerificationError

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def failing(error: BaseException) -> Callable[[], int]:
    """Work that fails."""

    def work() -> int:
        raise error

    return work


def system(number: int, path: str | None = "build/x.json") -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (InputError("no such [thing]: mend it"), 2, "error: no such [thing]: mend it"),
        (VerificationError("they differ"), 1, "error: they differ"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (system(errno.ENOSPC), 2, "error: build/x.json: No space left on device: free some space, or write elsewhere"),
        (system(errno.ENOSPC, None), 2, "error: No space left on device: free some space, or write elsewhere"),
        (system(errno.EACCES), 2, f"error: build/x.json: Permission denied: {console.FORBIDDEN}"),
        (system(errno.EROFS), 2, f"error: build/x.json: Read-only file system: {console.FORBIDDEN}"),
        (system(errno.ENOTDIR), 2, f"error: build/x.json: Not a directory: {console.IN_THE_WAY}"),
        (system(errno.EEXIST), 2, f"error: build/x.json: File exists: {console.IN_THE_WAY}"),
        (ToolError("nextpnr found no clock"), 2, "error: nextpnr found no clock"),
        (
            ModuleNotFoundError("No module named 'systemrdl.node'", name="systemrdl.node"),
            2,
            "error: no package systemrdl: install the extra, `pip install 'sparrow-ecg[firmware]'`, or in a checkout"
            " `pip install -e '.[firmware]'`",
        ),
    ],
)
def test_errors_of_the_user_are_one_line(error, status, line, capsys):
    assert console.run(failing(error)) == status
    assert capsys.readouterr() == ("", line + "\n")


@pytest.mark.parametrize(
    "error",
    [ValueError("a bug"), FileNotFoundError(2, "never written"), ModuleNotFoundError("typo", name="numpi")],
    ids=lambda error: type(error).__name__,
)
def test_bugs_are_raised(error):
    with pytest.raises(type(error)):
        console.run(failing(error))


def test_the_log_of_a_tool_is_kept_and_its_end_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    log = "".join(f"line {n} [red]\n" for n in range(100))
    assert console.run(failing(ToolError("verilator failed", log))) == 2
    *shown, line = capsys.readouterr().err.splitlines()
    assert shown == log.splitlines()[-20:]
    kept = re.fullmatch(r"error: verilator failed: its end is above, all of it in (build/logs/\w+\.log)", line)
    assert kept
    assert Path(kept[1]).read_text() == log


def test_a_log_that_cannot_be_kept_hides_no_error(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("build").touch()
    assert console.run(failing(ToolError("verilator failed", "no space"))) == 2
    assert capsys.readouterr().err == "no space\nerror: verilator failed: the end of its log is above\n"


def test_every_optional_package_has_its_extra():
    """Those for development aside: whoever lacks these has the sources, and reads them."""
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    wanted = {
        (re.split(r"[<>=]", requirement)[0], extra)
        for extra, requirements in extras.items()
        for requirement in requirements
        if extra != "dev"
    }
    names = {normal(name) for name, _ in wanted}
    for package, extra in EXTRAS.items():
        distribution = normal(packages_distributions().get(package, [package])[0])
        if distribution in names:
            names.remove(distribution)
            assert (distribution, extra) in {(normal(name), given) for name, given in wanted}
    installed = {normal(name) for names in packages_distributions().values() for name in names}
    assert not names & installed


def normal(name: str) -> str:
    return name.replace("_", "-").lower()


LONG = "/" + "a-folder-[bold]with-a-[link]long-name/" * 8 + ":boom:"


def test_names_are_no_markup_and_are_not_wrapped(capsys):
    console.out.print(f"wrote {LONG}")
    console.out.print(LONG, style="bold")
    table = Table("[red]name")
    table.add_row("[red]x")
    console.out.print(table)
    shown = capsys.readouterr().out
    assert shown.splitlines()[:2] == [f"wrote {LONG}", LONG]
    assert "[red]name" in shown
    assert "[red]x" in shown


def test_without_a_terminal_progress_is_a_line(capsys):
    with console.working("mapping [onto] cells"):
        pass
    with console.counter("beats", 2) as done:
        done(2)
    assert list(console.progress([1, 2], "records")) == [1, 2]
    assert capsys.readouterr() == ("", "mapping [onto] cells ...\nbeats ...\nrecords ...\n")


def test_on_a_terminal_progress_is_shown_and_gone(monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=file, force_terminal=True, width=80, markup=False))
    with console.counter("beats of [tiny]", 3) as done:
        done(1)
    shown = file.getvalue()
    assert "beats of [tiny]" in shown
    assert "1/3" in shown
    assert shown.endswith("\x1b[2K")  # the line is erased


def test_what_is_printed_behind_a_bar_goes_to_stdout(monkeypatch, capsys):
    """To a file, for example, while the bar is on a terminal."""
    monkeypatch.setattr(console, "err", Console(stderr=True, force_terminal=True, width=80))
    with console.working("waiting"):
        console.out.print("a result")
    assert capsys.readouterr().out == "a result\n"


CTRL_C = """
import os, signal, sys
from concurrent.futures import ThreadPoolExecutor
from sparrow_ecg.model import console

def work():
    with console.working("at work"), ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda _: os.kill(os.getpid(), signal.SIGINT), range(1)):
            pass
        signal.pause()

sys.exit(console.run(work))
"""


def test_interrupted_while_threads_work():
    done = subprocess.run([sys.executable, "-c", CTRL_C], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "at work ...\ninterrupted\n")
