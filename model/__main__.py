"""The command line ``python -m model``."""

from __future__ import annotations

from sparrow_ecg.cli import run

if __name__ == "__main__":
    run("model")
