"""Generate synthetic ECG records with N, S, V and F beats, as WFDB."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.signals.ecg.synthetic import synthesize


def main(
    folder: Annotated[Path, typer.Option("--out", help="folder to write to")] = Path("build/synthetic"),
    records: Annotated[int, typer.Option(min=1, help="how many records")] = 2,
    seconds: Annotated[float, typer.Option(help="length of each")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same records")] = 0,
) -> None:
    names = synthesize(folder, records, seconds, seed)
    out.print(f"wrote synthetic ECG (not of a person) to {folder}: {', '.join(names)}", soft_wrap=True)
