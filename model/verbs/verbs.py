"""The verbs `train` and `evaluate` of ``python -m model``. torch is imported only when something is trained."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import InputError, out, progress, write_atomic
from sparrow_ecg.model.metrics import evaluate as score
from sparrow_ecg.model.metrics import table
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.network.network import NETWORKS, SEEDS, Network
from sparrow_ecg.model.signals.ecg.beats import Beats, read_beats
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.records import DS1, DS2, UNPACED, data_root
from sparrow_ecg.model.signals.ecg.splits import SPLITS, make_split

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder that holds mitdb/; else $ECG_DATA, else ./data.", show_default=False),
]
SplitOption = Annotated[str, typer.Option(help=f"Which beats train and which test: {', '.join(SPLITS)}.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Decides the split intra, and every random number of training.")]


def train(
    network: Annotated[str, typer.Option("--network", "-n", help="tiny, frugal, accurate, reference, or all.")] = "all",
    split: SplitOption = "intra",
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the network files.")] = Path("build/networks"),
    study: Annotated[
        int,
        typer.Option(
            min=0, help="Seeds for mean and spread, on intra; inter with seed 0; ship them all, seed 0 by the name."
        ),
    ] = 0,
) -> None:
    """Train a network from MIT-BIH, convert it to integers, and write it with its scores."""
    try:
        from sparrow_ecg.model.training import training
    except ModuleNotFoundError as error:
        raise InputError(f"training needs {error.name}: pip install -e '.[train]'") from None
    names = list(training.RECIPES) if network == "all" else [network]
    if network != "all" and network not in training.RECIPES:
        raise InputError(f"network {network}: no such recipe: choose one of {', '.join(training.RECIPES)}, all")
    if study == 1:
        raise InputError("--study 1: one seed has no spread: give at least 2")
    beats = _beats(data)
    for name in names:
        start = time.monotonic()
        if study:
            trained = training.study(name, beats, study, SEEDS)
            path = trained.save(NETWORKS / f"{name}.json")
        else:
            trained = training.train(name, beats, split, seed)
            path = trained.save(folder / f"{name}-{split}-{seed}.json")
        scores = trained.provenance["scores"]
        out.print(
            f"{path}: {'-'.join(map(str, trained.shape))}, {trained.synapses} synapses of {trained.weight_bits} bits,"
            f" {trained.nonzero_synapses} of them not zero, T = {trained.steps};"
            f" validation {scores['validation']['accuracy']:.2%}, test {scores['test']['accuracy']:.2%};"
            f" digest {trained.digest[:12]}; {time.monotonic() - start:.0f} s",
            soft_wrap=True,
        )


def evaluate(
    network: Annotated[
        str,
        typer.Option("--network", "-n", help="A shipped network (tiny, frugal, accurate, reference) or a .json file."),
    ] = "tiny",
    split: SplitOption = "intra",
    seed: Annotated[int | None, typer.Option(min=0, help="Of the split; by default the network's own.")] = None,
    data: DataOption = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("build/results"),
) -> None:
    """Score a network on the test part of a split, by the golden model."""
    net = Network.load(network)
    if not isinstance(net.encoding, Encoding):
        raise InputError(f"network {network}: takes counts, and has no encoding that makes them of beats: give another")
    beats = _beats(data)
    seed = net.provenance.get("seed", 0) if seed is None else seed
    test = beats.select(make_split(split, beats, seed).test)
    predictions = golden.ssf(net, net.encoding.encode(test)).classes
    result = score(test.label, predictions, None if split == "intra" else test.record)
    out.print(table(result, f"{net.name}, {split}, seed {seed}"))
    trained_on = net.provenance.get("split")
    if trained_on != split:
        out.print(
            f"note: {net.name} was trained on {trained_on}: some of these beats may have trained it", style="yellow"
        )
    path = write_atomic(folder / f"evaluate-{net.name}-{split}.json", json.dumps(result, indent=1) + "\n")
    out.print(str(path), soft_wrap=True)


def _beats(data: Path | None) -> Beats:
    root = data_root(data)
    return read_beats(root, UNPACED, lambda names: progress(names, "reading records", len(DS1 + DS2)))
