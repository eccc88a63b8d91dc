"""What every command line of the project shares: how errors end it, and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sparrow_ecg.model.errors import InputError, VerificationError

Item = TypeVar("Item")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def run(app: Any, name: str) -> NoReturn:
    """Run a command line; an `InputError` becomes one line on stderr and exit status 2, a `VerificationError` 1."""
    try:
        app(prog_name=name)
    except (InputError, VerificationError) as error:
        err.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(2 if isinstance(error, InputError) else 1)
    sys.exit(0)


def progress(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield ``items`` behind a bar with an estimate of the time left, on stderr."""
    with Progress(*COLUMNS, console=err) as bar:
        yield from bar.track(items, total=total, description=label)


@contextmanager
def counter(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that several threads may move: call what it gives with how many more are done."""
    with Progress(*COLUMNS, console=err) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)
