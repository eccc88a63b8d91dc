"""Command-line options that verbs of all packages share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.signals.ecg.splits import SPLITS

NetworkOption = Annotated[
    str, typer.Option("--network", "-n", help="A shipped network (tiny, frugal, accurate, reference) or a .json file.")
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder that holds mitdb/; else $ECG_DATA, else ./data.", show_default=False),
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for results.")]
SplitOption = Annotated[str, typer.Option(help=f"Whose beats train, and whose test: {', '.join(SPLITS)}.")]
