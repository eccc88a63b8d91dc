"""Convert networks for pictures by each method: accuracy, spikes, loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

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
    seeds: Annotated[
        int | None,
        typer.Option(min=1, help="How many are trained, from 0 on (1), or read (all there are).", show_default=False),
    ] = None,
    simulated: Annotated[int, typer.Option(min=1, help="Test pictures that are simulated step by step.")] = 500,
    longest: Annotated[int, typer.Option(min=1, help="Steps to which IF is followed.")] = 32,
    data: Annotated[
        Path | None, typer.Option(help="Folder that holds the pictures' folder.", show_default=False)
    ] = None,
    folder: OutOption = Path("build/results"),
) -> None:
    from sparrow_ecg.model.methods import measure, report, shipped, tuning  # torch: slow to import
    from sparrow_ecg.model.methods import train as training
    from sparrow_ecg.model.methods.recipes import RECIPES, VALIDATION

    recipe = RECIPES[dataset]
    kept = Path("build/methods")
    ours = any(shipped.seeds_of(shipped.SHIPPED, dataset, name) for name in recipe.methods)
    files = shipped.SHIPPED if ship or (ours and not train) else kept
    there = [name for name in recipe.methods if train or shipped.seeds_of(files, dataset, name)]
    if strangers := [name for name in method or () if name not in recipe.methods]:
        raise InputError(f"--method {', '.join(strangers)}: choose from {', '.join(recipe.methods)}")
    pictures = LOADERS[dataset](named_root(data))
    shape, classes = pictures.test.pixels.shape[1:], pictures.test.classes
    names = method or there
    if missing := sorted(set(names) - set(there)) or (not names and [dataset]):
        raise InputError(f"{missing[0]}: no network of {dataset} in {files}: train one, with --train")
    if train:
        learned, validation = pictures.train.split(VALIDATION)
        labels = {name: training.label(recipe, recipe.methods[name]) for name in names}
        for seed in range(seeds or 1):
            files_of = {name: shipped.path_of(files, dataset, name, seed) for name in names}
            due = {name: path for name, path in files_of.items() if not shipped.is_of(path, labels[name])}
            if not due:
                continue
            floats = training.floats(recipe, learned, seed, kept / dataset)
            for name, path in due.items():
                graph = training.staged(floats, recipe.methods[name], recipe, learned, seed, kept / dataset, name)
                trained = tuning.finish(graph, recipe.methods[name], learned, validation)
                shipped.save(trained, path, labels[name])
    used = {name: shipped.seeds_of(files, dataset, name)[:seeds] for name in names}
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for name in names:
        mine = recipe.methods[name]
        paths = [shipped.path_of(files, dataset, name, seed) for seed in used[name]]
        for trained in [shipped.load(path, recipe, mine, shape, classes) for path in paths]:
            label = f"{name}, {len(measured[name]) + 1} of {len(paths)}"
            measured[name].append(measure.measure(label, trained, mine, pictures.test, simulated, longest))
    found = report.results(measured, dataset, pictures.note, used)
    out.print(report.table(found))
    path = write_atomic(folder / f"methods-{dataset}.json", json.dumps(found, indent=2) + "\n")
    drawn = write_atomic(folder / f"methods-{dataset}.png", report.picture(found))
    out.print(f"wrote {path} and {drawn}")
    if unequal := [name for name, row in found["methods"].items() if not row["equal"]]:
        out.print(f"SSF step by step is not the closed form: {', '.join(unequal)}", style="red")
        raise typer.Exit(1)
