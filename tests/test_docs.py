"""What the documents name is there: files, links, verbs; and the citation is of this version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from sparrow_ecg.cli import verbs

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]  # decisions tell of the past, too
FILE = re.compile(r"\b((?:model|hw|sim|firmware_gen|tests|docs)/[\w/.-]+\.(?:py|cpp|rdl|md|toml|json))\b")
LINK = re.compile(r"\]\(([\w/.-]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_links(page: Path) -> None:
    text = page.read_text()
    missing = [name for name in FILE.findall(text) if "NAME" not in name and not (ROOT / name).exists()]
    missing += [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_verbs(page: Path) -> None:
    named = re.findall(r"(?:`|^)sparrow ([a-z][a-z-]*)", page.read_text(), re.MULTILINE)
    assert sorted(set(named) - set(verbs())) == []


def test_citation() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"\n## {version} - " in (ROOT / "CHANGELOG.md").read_text()
