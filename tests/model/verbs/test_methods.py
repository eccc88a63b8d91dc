"""`methods` as a user meets it: what it cannot do is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparrow_ecg.commands import run


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "none"], "--method none: choose from balanced, cq, cq+"),
        ([], "no such file"),
        (["--dataset", "cifar10"], "no such file"),
    ],
)
def test_what_is_wrong_is_one_line(options: list[str], said: str, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["methods", "--data", str(tmp_path), *options]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())
