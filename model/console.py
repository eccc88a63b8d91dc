"""What every command line of the project shares: how errors end it, and what is shown while it works."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeftColumn

from sparrow_ecg.model.errors import EXTRAS, TAIL, InputError, ToolError, VerificationError, missing
from sparrow_ecg.model.files import write_atomic

Item = TypeVar("Item")

LOGS = Path("build/logs")  # of tools that failed
INTERRUPTED = 128 + signal.SIGINT
BROKEN_PIPE = 128 + signal.SIGPIPE  # as the shell says of a program whose reader has gone

# Errors of the system that are the user's to mend, and how.
FULL = "free some space, or write elsewhere"
FORBIDDEN = "change its permissions, or name another place"
IN_THE_WAY = "a file is where a folder should be, or a folder where a file: name another place"
ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), FORBIDDEN),
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR, errno.EEXIST), IN_THE_WAY),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP), "name another place"),
    errno.EIO: "check the disk",
}


class _Console(Console):
    """Prints text as it is: names and paths are no markup, and are not broken into lines."""

    def __init__(self, stderr: bool = False):
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def on_broken_pipe(self) -> NoReturn:
        try:
            super().on_broken_pipe()
        finally:
            raise SystemExit(BROKEN_PIPE)


out = _Console()
err = _Console(stderr=True)


def run(work: Callable[[], int | None]) -> int:
    """Do a command line's work, and return its exit status: that of the work; 1 for a `VerificationError`; 2 for what
    the user can mend, in the options, on the machine or on the disk; 130 for Ctrl-C.

    Each is one line on stderr, below the end of the log where a tool has failed. What is left is our fault, and raised.
    """
    try:
        return work() or 0
    except (Exception, KeyboardInterrupt) as error:
        explained = explain(error)
        if not explained:
            raise
        line, status = explained
        if isinstance(error, ToolError) and error.log:
            err.print("\n".join(error.log.splitlines()[-TAIL:]))
        _let_go_of_stdout()
        err.print(line, style="red")
        return status


def explain(error: BaseException) -> tuple[str, int] | None:
    """One line on an error, and the exit status; None for one that the user has no part in."""
    match error:
        case VerificationError():
            return f"error: {error}", 1
        case InputError():
            return f"error: {error}", 2
        case ToolError():
            return f"error: {error.what}{_kept(error)}", 2
        case ModuleNotFoundError() if error.name and (package := error.name.partition(".")[0]) in EXTRAS:
            return f"error: {missing(package)}", 2
        case OSError() if error.errno in ADVICE:
            where = f"{error.filename}: " if error.filename else ""
            return f"error: {where}{error.strerror}: {ADVICE[error.errno]}", 2
        case KeyboardInterrupt():
            return "interrupted", INTERRUPTED
    return None


def _kept(error: ToolError) -> str:
    """Where the whole log of a tool is, once it is there."""
    if not error.log:
        return ""
    path = LOGS / f"{hashlib.sha256(error.log.encode()).hexdigest()[:12]}.log"
    try:
        return f": its end is above, all of it in {write_atomic(path, error.log)}"
    except OSError:  # a disk that is full may be why it failed
        return ": the end of its log is above"


def _let_go_of_stdout() -> None:
    """Where it cannot be written to, Python would say so once more at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def progress(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """Yield ``items`` behind a bar with an estimate of the time left."""
    with display(label, BarColumn(), MofNCompleteColumn(), TimeLeftColumn()) as bar:
        yield from bar.track(items, total=total, description=label)


@contextmanager
def counter(label: str, total: int | None) -> Iterator[Callable[..., None]]:
    """A bar that several threads may move: call what it gives with how many more are done, or with ``total=``."""
    with display(label, BarColumn(), MofNCompleteColumn(), TimeLeftColumn()) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done=0, **more: bar.update(task, advance=done, **more)


@contextmanager
def working(label: str) -> Iterator[None]:
    """A spinner, and for how long it has been turning, while something works of which no share is known."""
    with display(label, SpinnerColumn(), TimeElapsedColumn()) as spinner:
        spinner.add_task(label, total=None)
        yield


def display(label: str, *columns: Any, **options: Any) -> Progress:
    """A `Progress` on stderr, only while it is needed; where that is no terminal, a line with the label."""
    if not err.is_terminal:
        err.print(f"{label} ...")
    return Progress(
        TextColumn("{task.description}", markup=False),
        *columns,
        console=err,
        transient=True,
        disable=not err.is_terminal,
        redirect_stdout=out.is_terminal,  # else what is printed meanwhile would not go to the file that it is meant for
        **options,
    )
