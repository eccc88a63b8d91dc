"""docs/testplan.toml names every test file, and no other; its commands are there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLAN = tomllib.loads((ROOT / "docs" / "testplan.toml").read_text())["feature"]


def test_every_test_file_is_named_and_every_name_is_a_file():
    named = {name for feature in PLAN for name in feature["tests"]}
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert sorted(there - named) == [], "not in docs/testplan.toml"
    assert sorted(named - there) == [], "in docs/testplan.toml, but no such file"


def test_every_feature_is_verified_by_something():
    assert [feature["name"] for feature in PLAN if not feature["tests"]] == []
    assert len({feature["name"] for feature in PLAN}) == len(PLAN)


def test_every_command_can_be_made():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = {command.split()[1] for feature in PLAN for command in feature.get("commands", ())}
    assert sorted(commands - targets) == []
