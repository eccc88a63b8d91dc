"""Score a network on test beats, by the golden model.

They are those of a split of MIT-BIH, or with --records all beats of any folder of WFDB records: the table is by record.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from sparrow_ecg.model import by_record, confidence, curves, metrics, seeds, summary
from sparrow_ecg.model.confidence import Answers
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.file import find, trained_for
from sparrow_ecg.model.signals.ecg.annotations import write_answers
from sparrow_ecg.model.signals.ecg.records import Record, data_root
from sparrow_ecg.model.signals.ecg.splits import WITHIN
from sparrow_ecg.model.signals.ecg.testset import Heartbeats, load, load_folder, read_all, select, tell_seen
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption, SplitOption

# What a result is of.
WHOSE: tuple[str, ...] = ("network", "seed", "digest", "split", "split_seed", "folder", "unseen")


def _check(folder: Path | None) -> Path | None:
    return folder and check_writable(folder)


def main(
    network: NetworkOption = "tiny",
    split: SplitOption = "intra",
    seed: Annotated[int | None, typer.Option(min=0, help="Of the split; by default the network's own.")] = None,
    every_seed: Annotated[
        bool, typer.Option("--seeds", help="All shipped networks of the recipe for the split: mean and spread.")
    ] = False,
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
    draw: Annotated[
        bool, typer.Option("--curves", help="Risk over coverage, precision over recall, calibration: JSON and picture.")
    ] = False,
    folder: OutOption = Path("build/results"),
) -> None:
    if draw and not find_spec("sklearn"):
        raise InputError(missing("sklearn"))
    if records:
        of_splits = {"--data": data, "--seed": seed, "--seeds": every_seed or None}
        if given := [name for name, value in of_splits.items() if value is not None]:
            raise InputError(f"{given[0]}: --records takes all beats of its folder: leave one of the two out")
        _evaluate_folder(network, records, lead, annotations, draw, folder)
        return
    if given := [name for name, value in {"--lead": lead, "--annotations": annotations}.items() if value is not None]:
        raise InputError(f"{given[0]}: goes with --records only: name a folder of records, or leave it out")
    if every_seed:
        if given := [name for name, value in {"--seed": seed, "--curves": draw or None}.items() if value is not None]:
            raise InputError(f"{given[0]}: is of one network, and --seeds takes several: leave one of the two out")
        _evaluate_seeds(network, split, data, folder)
        return
    _evaluate_split(trained_for(network, split), split, seed, data, draw, folder)


def _evaluate_split(network: str, split: str, seed: int | None, data: Path | None, draw: bool, folder: Path) -> None:
    net = Network.load(network)
    hearts = load(net, split, data, seed=seed)
    with working("scoring"):
        answers = _answers(net, hearts)
        scores = _scores(answers, hearts)
    result: dict[str, Any] = {**_identity(network, net), "split": split, "unseen": hearts.unseen, **scores}
    name, drawn = f"{result['network']}-{split}", ""
    if split == "intra":
        result["split_seed"] = result["seed"] or 0 if seed is None else seed
        drawn = f", seed {result['split_seed']}"
        if result["split_seed"] != (result["seed"] or 0):
            name += f"-seed{result['split_seed']}"
    title = f"{result['network']}, {split}{drawn}"
    _show(result, hearts, title)
    _write(folder / f"evaluate-{name}.json", result)
    if draw:
        validation = select(net, split, hearts.recorded, seed=seed, part="validation")
        _curves(result, answers, _answers(net, validation), title, folder / f"evaluate-{name}-curves")


def _evaluate_seeds(source: str, split: str, data: Path | None, folder: Path) -> None:
    names = seeds.networks(source, split)
    beats = read_all(data_root(data))
    results, every = {}, []
    with working("scoring"):
        for name in names:
            net = Network.load(name)
            hearts = select(net, split, beats)
            tell_seen(net, hearts)
            every.append(_answers(net, hearts))
            results[name] = {**_identity(name, net), "unseen": hearts.unseen, **_scores(every[-1], hearts)}
        spread, interval = seeds.spread(results), None
        if split not in WITHIN:  # where patients are on both sides, and in `intra` each seed has other beats
            predictions = np.stack([answers.predictions for answers in every])
            interval = metrics.bootstrap(every[0].labels, predictions, beats.classes, hearts.beats.record)
    numbers = [result["seed"] for result in results.values()]
    title = f"{source}, {split}"
    out.print(seeds.table(spread, f"{title}: mean ± standard deviation of {len(names)} seeds, %"))
    out.print(seeds.table_of_each(spread, numbers, f"{title}: each seed, gross", interval))
    result = {"network": source, "split": split, "seeds": numbers, "spread": spread, "interval": interval}
    _write(folder / f"evaluate-{source}-{split}-seeds.json", {**result, "each": results})


def _evaluate_folder(
    network: str, records: Path, lead: str | None, annotations: Path | None, draw: bool, folder: Path
) -> None:
    net = Network.load(network)
    hearts = load_folder(net, records, lead)
    beats = hearts.beats
    with working("scoring"):
        answers = _answers(net, hearts)
        scores = by_record.evaluate(beats.label, answers.predictions, beats.classes, beats.record, list(beats.codes))
    result = {**_identity(network, net), "folder": hearts.split, "unseen": hearts.unseen, **scores}
    title = f"{result['network']}, {hearts.split}"
    _show(result, hearts, title)
    result["records"] = {name: {**_source(record), **scores["records"][name]} for name, record in beats.codes.items()}
    name = f"evaluate-{result['network']}-{hearts.split}"
    _write(folder / f"{name}.json", result)
    if draw:
        _curves(result, answers, None, title, folder / f"{name}-curves")
    if annotations:
        with working("writing annotations"):
            written = write_answers(annotations, beats, answers.predictions)
        out.print(f"{annotations}: answers for {len(written)} records, {written[0].name} and so on")


def _identity(network: str, net: Network) -> dict[str, Any]:
    """Of what a result is: tiny and tiny-inter-0 both call themselves tiny, their files do not."""
    return {"network": find(network).stem, "seed": net.provenance.get("seed"), "digest": net.digest}


def _answers(net: Network, hearts: Heartbeats) -> Answers:
    return Answers(hearts.beats.label, golden.run(net, hearts.counts).outputs, hearts.beats.classes)


def _scores(answers: Answers, hearts: Heartbeats) -> dict[str, Any]:
    """By record, too, where those that test are not those that train."""
    beats, predictions = hearts.beats, answers.predictions
    if hearts.split in WITHIN:
        return metrics.evaluate(beats.label, predictions, beats.classes)
    names = np.unique(beats.record).tolist()
    return by_record.evaluate(beats.label, predictions, beats.classes, beats.record, names)


def _curves(result: dict[str, Any], answers: Answers, validation: Answers | None, title: str, stem: Path) -> None:
    """JSON and picture of how far answers can be trusted. stem: of their path."""
    with working("drawing"):
        found = confidence.summary(answers, validation)
        told = f"{title}: {found['beats']:,} beats, {found['error']:.2%} wrong when all are answered"
        picture = curves.draw(found, told)
    if "chosen_on_validation" in found:
        out.print(curves.table(found, f"{title}, answers with a margin, thresholds chosen on validation beats"))
    _write(stem.with_name(f"{stem.name}.json"), {**{key: result[key] for key in WHOSE if key in result}, **found})
    out.print(write_atomic(stem.with_name(f"{stem.name}.png"), picture))


def _show(result: dict[str, Any], hearts: Heartbeats, title: str) -> None:
    out.print(metrics.table(result, title))
    if "records" in result:
        leads = {name: hearts.beats.codes[name].lead for name in result["records"]}
        out.print(by_record.table(result, leads, f"{title}, by record"))
        out.print(summary.table(result, f"{title}, all scores"))


def _write(path: Path, result: dict[str, Any]) -> None:
    out.print(write_atomic(path, json.dumps(result, indent=1, allow_nan=False) + "\n"))


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
