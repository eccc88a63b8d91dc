"""Download the MIT-BIH records from PhysioNet, 90 MB, and check them.

They are the MIT-BIH Arrhythmia Database, ODC-By 1.0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import check_writable
from sparrow_ecg.model.signals.ecg.download import checksums, download
from sparrow_ecg.model.signals.ecg.mitdb import DATABASE


def main(
    root: Annotated[
        Path, typer.Option("--data", help="Data root: the records go into its folder mitdb.", callback=check_writable)
    ] = Path("data"),
) -> None:
    fetched = download(root)
    out.print(f"MIT-BIH in {root / DATABASE}: {len(checksums())} files intact, {fetched} of them new")
