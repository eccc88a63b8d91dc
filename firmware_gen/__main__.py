"""The command line ``python -m firmware_gen``."""

from __future__ import annotations

from sparrow_ecg.cli import run

if __name__ == "__main__":
    run("firmware_gen")
