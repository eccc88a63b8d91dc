"""Programs that we call: compilers, Verilator, Yosys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sparrow_ecg.model.errors import InputError, ToolError, missing

YOSYS = "import sys; from pyosys import libyosys as y; d = y.Design(); y.run_pass('script ' + sys.argv[1], d)"


class BuildError(ToolError):
    """A tool failed on what we gave it."""


def run_tool(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None, name: str = ""
) -> str:
    """Run a tool in a folder and return what it says.

    environment: by default ours. name: of the tool in messages, by default that of its program.
    Raises `BuildError` when it fails.
    """
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise BuildError(f"{name or Path(command[0]).name} failed", done.stdout)
    return done.stdout


@cache
def compiler() -> str:
    """What ``g++ --version`` says. Raises InputError without one."""
    try:
        return run_tool(["g++", "--version"], Path.cwd())
    except FileNotFoundError:
        raise InputError("no g++ on PATH: simulation needs it; on Debian `apt install g++`") from None


def run_yosys(commands: str, folder: Path) -> str:
    """Run Yosys' commands in a folder, by paths relative to it, and return what it says.

    Raises InputError without the package, and `BuildError`.
    """
    if not find_spec("pyosys"):
        raise InputError(missing("pyosys"))
    (folder / "flow.ys").write_text(commands)
    return run_tool([sys.executable, "-c", YOSYS, "flow.ys"], folder, name="Yosys")
