"""Train a network from MIT-BIH, and write it in integers, with its scores."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import NETWORKS, SEEDS
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.signals.ecg.testset import read_all
from sparrow_ecg.model.training.recipes import RECIPES
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption, SplitOption


def main(
    network: Annotated[
        str, typer.Option("--network", "-n", help="A recipe: tiny, steady, frugal, keen, accurate, reference, or all.")
    ] = "all",
    split: SplitOption = "intra",
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/networks"),
    study: Annotated[
        int,
        typer.Option(
            min=0, help="Seeds for mean and spread, on intra; inter with seed 0; ship them all, seed 0 by the name."
        ),
    ] = 0,
) -> None:
    from sparrow_ecg.model.training import fit  # imports torch: slow, and in the extra `train` only

    names = list(RECIPES) if network == "all" else [network]
    if network != "all" and network not in RECIPES:
        raise InputError(f"network {network}: no such recipe: choose one of {', '.join(RECIPES)}, all")
    if study == 1:
        raise InputError("--study 1: one seed has no spread: give at least 2")
    beats = read_all(data_root(data))
    for name in names:
        start = time.monotonic()
        if study:
            trained = fit.study(name, beats, study, SEEDS)
            path = trained.save(NETWORKS / f"{name}.json")
        else:
            trained = fit.train(name, beats, split, seed)
            path = trained.save(folder / f"{name}-{split}-{seed}.json")
        scores = (f"{part} {score['accuracy']:.2%}" for part, score in trained.provenance["scores"].items())
        out.print(
            f"{path}: {'-'.join(map(str, trained.shape))}, {trained.synapses} synapses of {trained.weight_bits} bits,"
            f" {trained.nonzero_synapses} of them not zero, T = {trained.steps};"
            f" {', '.join(scores)}; digest {trained.digest[:12]}; {time.monotonic() - start:.0f} s",
        )
