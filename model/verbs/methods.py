"""Convert networks for pictures by each method: accuracy, spikes, loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.records import named_root
from sparrow_ecg.model.signals.images import cifar, mnist
from sparrow_ecg.model.verbs.options import OutOption

Dataset = Literal["mnist", "cifar10"]
LOADERS = {"mnist": mnist.load, "cifar10": cifar.load}


def main(
    dataset: Annotated[Dataset, typer.Option(help="Which pictures.")] = "mnist",
    method: Annotated[
        list[str] | None, typer.Option(help="Of these only; may be repeated.", show_default=False)
    ] = None,
    train: Annotated[bool, typer.Option("--train", help="Train first; goes on where it was interrupted.")] = False,
    ship: Annotated[
        bool, typer.Option("--ship", help="What is trained becomes the package's own, in place of build/methods.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, help="How many are trained, from 0 on, or read.")] = 1,
    images: Annotated[int, typer.Option(min=1, help="Test pictures, the first ones.")] = 10000,
    longest: Annotated[int, typer.Option(min=1, help="Steps to which IF is followed.")] = 32,
    data: Annotated[
        Path | None, typer.Option(help="Folder that holds the pictures' folder.", show_default=False)
    ] = None,
    folder: OutOption = Path("build/results"),
) -> None:
    from sparrow_ecg.model.methods import measure, report, shipped  # torch: slow to import
    from sparrow_ecg.model.methods import train as training
    from sparrow_ecg.model.methods.recipes import RECIPES, VALIDATION

    recipe = RECIPES[dataset]
    names = method or list(recipe.methods)
    if strangers := [name for name in names if name not in recipe.methods]:
        raise InputError(f"--method {', '.join(strangers)}: choose from {', '.join(recipe.methods)}")
    pictures = LOADERS[dataset](named_root(data))
    learned = pictures.train.take(slice(0, -VALIDATION))
    kept = Path("build/methods")
    files = shipped.SHIPPED if ship or not train else kept
    if train:
        for seed in range(seeds):
            floats = training.floats(recipe, learned, seed, kept / dataset)
            for name in names:
                graph = training.staged(floats, recipe.methods[name], recipe, learned, seed, kept / dataset, name)
                shipped.save(graph, shipped.path_of(files, dataset, name, seed))
    measured, used = {}, {}
    for name in names:
        used[name] = shipped.seeds_of(files, dataset, name)[:seeds]
        if not used[name]:
            raise InputError(f"{dataset}, {name}: no network of it in {files}: train one, with --train")
        measured[name] = [
            measure.measure(
                f"{dataset}, {name}, seed {seed}",
                shipped.load(
                    shipped.path_of(files, dataset, name, seed),
                    recipe,
                    recipe.methods[name],
                    pictures.test.pixels.shape[1:],
                    pictures.test.classes,
                ),
                recipe.methods[name],
                learned,
                pictures.test.take(slice(0, images)),
                longest,
            )
            for seed in used[name]
        ]
    found = report.results(measured, dataset, pictures.note, used)
    out.print(report.table(found))
    path = write_atomic(folder / f"methods-{dataset}.json", json.dumps(found, indent=2) + "\n")
    drawn = write_atomic(folder / f"methods-{dataset}.png", report.picture(found))
    out.print(f"wrote {path} and {drawn}")
    if unequal := [name for name, row in found["methods"].items() if not row["equal"]]:
        out.print(f"SSF step by step is not the closed form: {', '.join(unequal)}", style="red")
        raise typer.Exit(1)
