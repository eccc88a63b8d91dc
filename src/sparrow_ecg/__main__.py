"""The command line ``python -m sparrow_ecg``."""

from __future__ import annotations

from sparrow_ecg.cli import run

if __name__ == "__main__":
    run()
