"""What is light to import stays so: hardware is made from it, and every command line waits for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"wfdb", "pandas", "sklearn", "matplotlib", "torch"}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("model.network", HEAVY | {"typer", "rich"}),
        ("model.network.golden", HEAVY | {"typer", "rich"}),
        ("model.training.recipes", HEAVY | {"typer", "rich"}),
        ("model.signals.ecg.testset", HEAVY | {"typer"}),
        ("model.adaptation", HEAVY | {"typer", "rich"}),
        ("model.patients", HEAVY | {"typer"}),
        ("model.metrics", HEAVY | {"typer"}),
        ("model.confidence", HEAVY | {"typer"}),
        ("model.curves", HEAVY | {"typer"}),
        ("hw.config", HEAVY | {"typer", "rich", "pydantic"}),
    ],
)
def test_imports_nothing_heavy(module: str, absent: set[str]) -> None:
    code = f"import sys, sparrow_ecg.{module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not absent & set(run.stdout.split())
