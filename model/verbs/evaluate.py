"""Score a network on test beats, by the golden model.

They are those of a split of MIT-BIH, or with --records all beats of any folder of WFDB records: the table is by record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sparrow_ecg.model import metrics
from sparrow_ecg.model.by_record import average, by_record
from sparrow_ecg.model.by_record import table as record_table
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.file import find, trained_for
from sparrow_ecg.model.signals.ecg.annotations import write_answers
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.model.signals.ecg.testset import load, load_folder
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption, SplitOption


def _check(folder: Path | None) -> Path | None:
    return folder and check_writable(folder)


def main(
    network: NetworkOption = "tiny",
    split: SplitOption = "intra",
    seed: Annotated[int | None, typer.Option(min=0, help="Of the split; by default the network's own.")] = None,
    data: DataOption = None,
    records: Annotated[
        Path | None,
        typer.Option(help="Judge all beats of this folder of WFDB records, of 125 to 1000 Hz, whatever the split."),
    ] = None,
    lead: Annotated[
        str | None, typer.Option(help="Of --records, by name or by order from 0; by default MLII, else the first.")
    ] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(help="Folder for the answers to --records, as WFDB annotations RECORD.spw.", callback=_check),
    ] = None,
    folder: OutOption = Path("build/results"),
) -> None:
    if records:
        if given := [name for name, value in {"--data": data, "--seed": seed}.items() if value is not None]:
            raise InputError(f"{given[0]}: --records takes all beats of its folder: leave one of the two out")
        _evaluate_folder(network, records, lead, annotations, folder)
        return
    if given := [name for name, value in {"--lead": lead, "--annotations": annotations}.items() if value is not None]:
        raise InputError(f"{given[0]}: goes with --records only: name a folder of records, or leave it out")
    net = Network.load(trained_for(network, split))
    hearts = load(net, split, data, seed=seed)
    with working("scoring"):
        predictions = golden.run(net, hearts.counts).classes
        names = None if split == "intra" else hearts.beats.record
        result = metrics.evaluate(hearts.beats.label, predictions, hearts.beats.classes, names)
    out.print(
        metrics.table(result, f"{net.name}, {split}, seed {net.provenance.get('seed', 0) if seed is None else seed}")
    )
    path = write_atomic(folder / f"evaluate-{net.name}-{split}.json", json.dumps(result, indent=1) + "\n")
    out.print(path)


def _evaluate_folder(network: str, records: Path, lead: str | None, annotations: Path | None, folder: Path) -> None:
    net = Network.load(network)
    hearts = load_folder(net, records, lead)
    beats = hearts.beats
    with working("scoring"):
        predictions = golden.run(net, hearts.counts).classes
        gross = metrics.evaluate(beats.label, predictions, beats.classes, beats.record)
        each = by_record(beats.label, predictions, beats.classes, beats.record, list(beats.codes))
    leads = {name: record.lead for name, record in beats.codes.items()}
    name = find(network).stem  # tiny and tiny-inter-0 both call themselves tiny
    title = f"{name}, {hearts.split}"
    out.print(metrics.table(gross, title))
    out.print(record_table(each, leads, gross, f"{title}, by record"))
    result = {
        "network": name,
        "digest": net.digest,
        "folder": hearts.split,
        "unseen": hearts.unseen,
        **gross,
        "average": average(each),
        "records": {name: {**_source(record), **each[name]} for name, record in beats.codes.items()},
    }
    out.print(write_atomic(folder / f"evaluate-{name}-{hearts.split}.json", json.dumps(result, indent=1) + "\n"))
    if annotations:
        with working("writing annotations"):
            written = write_answers(annotations, beats, predictions)
        out.print(f"{annotations}: answers for {len(written)} records, {written[0].name} and so on")


def _source(record: Record) -> dict[str, Any]:
    """What of a record was judged, and what it was in its file."""
    source = record.source
    assert source  # it comes from a file
    form = source.form
    return {
        "lead": record.lead,
        "rate": form.rate,
        "gain": form.gain,
        "gain_missing": source.gain_missing,
        "bits": form.bits,
        "dead": source.dead,
    }
