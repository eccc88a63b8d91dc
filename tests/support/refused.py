"""Commands that a user gets wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparrow_ecg.commands import run


def refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command says that is refused: one line, status 2, and nothing is written in the working directory."""
    assert run(command) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert not list(Path.cwd().iterdir())
    return told
