"""Score networks without each group of features, on DS1 alone.

Its records are left out in turn: what features bring to a network for strangers is chosen by this.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.model.columns import COLUMNS, shown
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.beats import read_beats
from sparrow_ecg.model.signals.ecg.mitdb import DS1
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.relative.encoding import RelativeEncoding
from sparrow_ecg.model.training.recipes import RECIPES
from sparrow_ecg.model.verbs.options import DataOption, OutOption


def main(
    network: Annotated[str, typer.Option("--network", "-n", help="A recipe of relative inputs.")] = "anyone",
    seeds: Annotated[int, typer.Option(min=2, help="Seeds, for mean and deviation.")] = 5,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    from sparrow_ecg.model.training.ablation import ablate  # imports torch: slow, and in the extra `train` only

    fitting = {name: recipe for name, recipe in RECIPES.items() if isinstance(recipe.encoding, RelativeEncoding)}
    if network not in fitting:
        raise InputError(f"network {network}: its inputs are in no groups: choose one of {', '.join(fitting)}")
    recipe = fitting[network]
    beats = read_beats(data_root(data), DS1, lambda names: progress(names, "reading records"), second=True)
    title = f"{network}: DS1, records left out in turn, {seeds} seeds, mean ± deviation, %"
    view = Table("without", "inputs", *COLUMNS, title=title, title_justify="left")
    rows = dict(ablate(recipe, beats, range(seeds)))
    for without, row in rows.items():
        view.add_row(without, str(row["inputs"]), *(shown(row, column) for column in COLUMNS))
    out.print(view)
    out.print(f"wrote {write_atomic(folder / f'ablate-{network}.json', json.dumps(rows, indent=1) + chr(10))}")
