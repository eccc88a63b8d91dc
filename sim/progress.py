"""A bar that several threads may move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sparrow_ecg.model.console import err


@contextmanager
def counter(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar with an estimate of the time left; call what it gives with how many more are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)
