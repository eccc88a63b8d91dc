"""Score a network on the test part of a split, by the golden model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model import metrics
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.file import trained_for
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption, SplitOption


def main(
    network: NetworkOption = "tiny",
    split: SplitOption = "intra",
    seed: Annotated[int | None, typer.Option(min=0, help="Of the split; by default the network's own.")] = None,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    net = Network.load(trained_for(network, split))
    hearts = load(net, split, data, seed=seed)
    with working("scoring"):
        predictions = golden.run(net, hearts.counts).classes
        records = None if split == "intra" else hearts.beats.record
        result = metrics.evaluate(hearts.beats.label, predictions, hearts.beats.classes, records)
    out.print(
        metrics.table(result, f"{net.name}, {split}, seed {net.provenance.get('seed', 0) if seed is None else seed}")
    )
    path = write_atomic(folder / f"evaluate-{net.name}-{split}.json", json.dumps(result, indent=1) + "\n")
    out.print(path)
