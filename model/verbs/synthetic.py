"""Generate synthetic ECG records with N, S, V and F beats, as WFDB."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.signals.ecg.synthetic import SHORTEST, synthesize
from sparrow_ecg.model.verbs.options import OutOption, SeedOption

LONGEST = 24 * 60 * 60


def main(
    folder: OutOption = Path("build/synthetic"),
    records: Annotated[int, typer.Option(min=1, max=1000, help="How many records.")] = 2,
    seconds: Annotated[float, typer.Option(min=SHORTEST, max=LONGEST, help="Length of each, a day at most.")] = 300,
    seed: SeedOption = 0,
) -> None:
    with working("generating ECG"):
        names = synthesize(folder, records, seconds, seed)
    out.print(f"wrote synthetic ECG (not of a person) to {folder}: {', '.join(names)}")
