"""The Makefile names journeys: each of its verbs is one of the command line's, and `make help` lists it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from sparrow_ecg.cli import verbs

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()


def test_every_verb_exists():
    run = set(re.findall(r"\$\(RUN\) ([\w-]+)", MAKEFILE))
    assert run
    assert run <= set(verbs())


def test_help_lists_every_target():
    targets = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())  # type: ignore[index]
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([\w-]+)", shown, re.MULTILINE)) == targets
