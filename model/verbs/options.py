"""Command-line options that verbs of all packages share, and what is refused of them before any work begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import check_writable
from sparrow_ecg.model.signals.ecg.records import available, data_root

Split = Literal["intra", "time", "inter", "inter+svdb", "adaptive"]


def each_of(choices: Sequence[str]) -> Callable[[list[str] | None], list[str] | None]:
    """Refuse a list with anything that is no choice: typer has no lists of literals."""

    def check(values: list[str] | None) -> list[str] | None:
        if strangers := [value for value in values or () if value not in choices]:
            raise typer.BadParameter(f"{', '.join(strangers)} is not one of {', '.join(choices)}")
        return values

    return check


def record_names(given: str, data: Path | None = None) -> tuple[str, ...]:
    """The records that an option names, by comma; none where it is empty. Raises InputError for one that is not in
    the data root.
    """
    if not given:
        return ()
    names = tuple(name.strip() for name in given.split(","))
    if not all(names):
        raise InputError(f"--records {given}: a name is empty: give them as 100,101")
    root = data_root(data)
    if strangers := [name for name in names if name not in available(root)]:
        raise InputError(f"--records {given}: no record {', '.join(strangers)} in {root}: choose others")
    return names


NetworkOption = Annotated[
    str,
    typer.Option(
        "--network",
        "-n",
        help="A shipped network (tiny, steady, watch, guard, frugal, keen, accurate, reference, anyone, mindful), or a"
        " file.",
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder that holds mitdb/; else $ECG_DATA, else ./data.", show_default=False),
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for results.", callback=check_writable)]
SplitOption = Annotated[Split, typer.Option(help="Whose beats train, and whose test.")]
TestSplitOption = Annotated[Split, typer.Option("--split", help="Whose test beats are taken.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Of all that is drawn at random.")]
