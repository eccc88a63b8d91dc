"""What every command line of the project shares: errors, progress, and files that are whole or absent."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class InputError(Exception):
    """Something the user gave is wrong. The message is one line: what, where, and what to do."""


def run(app: typer.Typer, name: str) -> NoReturn:
    """Run a command line; an `InputError` becomes one line on stderr and exit status 2."""
    try:
        app(prog_name=f"python -m {name}")
    except InputError as error:
        err.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(2)
    sys.exit(0)


def progress(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield ``items`` behind a bar with an estimate of the time left, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        yield from bar.track(items, total=total, description=label)


def write_atomic(path: Path, content: str | bytes) -> Path:
    """Write a whole file or none: to a temporary file beside ``path``, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path
