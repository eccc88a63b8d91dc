"""`compare-pictures` as a user meets it: what it cannot do is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.refused import refused


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["compare-pictures", "--network", "tiny"], "network 'tiny' does not take pictures"),
        (["compare-pictures", "--network", "none"], "no network 'none'"),
    ],
)
def test_what_is_wrong_is_one_line(command: list[str], said: str, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused([*command, "--data", str(tmp_path)], capsys)
