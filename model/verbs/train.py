"""Train a network from MIT-BIH, and write it in integers, with its scores."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import NETWORKS, SEEDS
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.splits import BETWEEN
from sparrow_ecg.model.signals.ecg.testset import read_training
from sparrow_ecg.model.training.recipes import RECIPES
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption, SplitOption


def main(
    network: Annotated[
        str,
        typer.Option("--network", "-n", help=f"A recipe: {', '.join(RECIPES)}, or all."),
    ] = "all",
    split: SplitOption = "intra",
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/networks"),
    study: Annotated[
        int,
        typer.Option(
            min=0,
            help="Seeds of intra, and one of inter, for mean and spread; ship them. Of watch and guard: of time and"
            " inter, of anyone and mindful: of inter+svdb and inter.",
        ),
    ] = 0,
) -> None:
    from sparrow_ecg.model.training import study as training  # imports torch: slow, and in the extra `train` only

    drawn = [name for name, recipe in RECIPES.items() if recipe.drawing]
    fitting = [name for name in RECIPES if study or split in BETWEEN or name not in drawn]
    names = fitting if network == "all" else [network]
    if network != "all" and network not in RECIPES:
        raise InputError(f"network {network}: no such recipe: choose one of {', '.join(RECIPES)}, all")
    if not set(names) <= set(fitting):
        raise InputError(f"--split {split}: {network} is for strangers: train it on {' or '.join(BETWEEN)}")
    if study == 1:
        raise InputError("--study 1: one seed has no spread: give at least 2")
    root, read = data_root(data), cache(read_training)
    for name in names:
        beats = read(root, name in drawn, study > 0 or split == "inter+svdb")
        start = time.monotonic()
        if study:
            trained = training.study(name, beats, study, SEEDS)
            path = trained.save(NETWORKS / f"{name}.json")
        else:
            trained = next(training.train(name, beats, split, [seed]))
            path = trained.save(folder / f"{name}-{split}-{seed}.json")
        scores = (f"{part} {score['accuracy']:.2%}" for part, score in trained.provenance["scores"].items())
        out.print(
            f"{path}: {'-'.join(map(str, trained.shape))}, {trained.synapses} synapses of {trained.weight_bits} bits,"
            f" {trained.nonzero_synapses} of them not zero, T = {trained.steps};"
            f" {', '.join(scores)}; digest {trained.digest[:12]}; {time.monotonic() - start:.0f} s",
        )
