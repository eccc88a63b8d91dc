"""When is an SNN worth its energy: break-even lines, measured networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, get_args

import numpy as np
import typer

from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.file import siblings
from sparrow_ecg.model.signals.ecg.records import data_root, named_root
from sparrow_ecg.model.signals.ecg.testset import read_all, select
from sparrow_ecg.model.signals.images import mnist
from sparrow_ecg.model.signals.images.pictures import encoding_of
from sparrow_ecg.model.verbs import methods
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.energy import technologies
from sparrow_ecg.sim.energy.technologies import Technology
from sparrow_ecg.sim.report import energy_study as report
from sparrow_ecg.sim.report import energy_study_picture, figures
from sparrow_ecg.sim.report.against_gates import against_gates
from sparrow_ecg.sim.studies import energy_study as study

PLACED = dict.fromkeys(("tiny", "frugal", "keen", "accurate", "reference"), "intra") | {"anyone": "inter+svdb"}
PICTURES = "digits"  # runs in the RTL, and was metered on every tenth of the first 640 test pictures
METERED = slice(0, 640, 10)
FEW = 1000  # beats that are priced beside gates

Priced = dict[str, tuple[Network, np.ndarray]]


def main(
    technology: Annotated[str, typer.Option(help="A table of constants by name, or a .json file.")] = "paper-v1",
    network: Annotated[
        list[str] | None,
        typer.Option("--network", "-n", help="Only these, on intra; may be repeated.", show_default=False),
    ] = None,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    prices = technologies.load(technology)
    priced: Priced = {}
    shown = [] if network else list(pictures(data, folder, prices, priced))
    networks = [*_hearts(dict.fromkeys(network, "intra") if network else PLACED, data, prices, priced), *shown]
    found = {
        "technology": prices.name,
        "break_even": study.lines(prices),
        "summary": study.summary(networks),
        "networks": networks,
        "gates": against_gates(priced, figures.shipped(), prices),
    }
    for table in (report.break_even, report.places, report.energies):
        out.print(table(found))
    if found["gates"]:
        out.print(report.gates(found))
    out.print(report.verdict(found), style="bold")
    path = write_atomic(folder / "energy-study.json", json.dumps(found, indent=1, allow_nan=False) + "\n")
    drawn = write_atomic(folder / "energy-study.png", energy_study_picture.draw(found))
    out.print(f"wrote {path} and {drawn}")


def _hearts(chosen: dict[str, str], data: Path | None, prices: Technology, priced: Priced) -> Iterator[dict[str, Any]]:
    """Networks of heartbeats, each with the seeds that are shipped; some of their beats go into ``priced``."""
    beats = read_all(data_root(data))
    seeds = [(split, each) for name, split in chosen.items() for each in siblings(name, split) or [name]]
    for split, each in progress(seeds, f"{len(seeds)} networks of heartbeats"):
        net = Network.load(each)
        hearts = select(net, split, beats)
        priced[net.digest] = net, hearts.counts[:FEW]
        yield study.of_beats(net, hearts, prices) | {"seed": net.provenance.get("seed", 0)}


def pictures(data: Path | None, folder: Path, prices: Technology, priced: Priced) -> Iterator[dict[str, Any]]:
    """Networks of pictures, of which `sparrow methods` tells; MNIST's shipped ones are measured where it has not run.

    The one that runs in the RTL goes into ``priced``, with the pictures that it was metered on.
    """
    try:
        test = mnist.load(named_root(data)).test
    except InputError as error:
        out.print(f"pictures are left out: {error}")
        return
    digits = Network.load(PICTURES)
    priced[digits.digest] = digits, encoding_of(digits).encode(test.pixels[METERED])
    for dataset in get_args(methods.Dataset):
        path = folder / f"methods-{dataset}.json"
        if dataset == "mnist" and not told(path) and find_spec("torch"):
            methods.main(dataset, data=data, folder=folder)
        if found := told(path):
            yield from study.of_pictures(found, prices)
        else:
            made = f"`sparrow methods --dataset {dataset}` makes it"
            out.print(f"{dataset} is left out: no {path} that tells of its layers; {made}")


def told(path: Path) -> dict[str, Any] | None:
    """What `sparrow methods` left there, if it tells of each layer. Raises InputError for what it has not written."""
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text())
        return found if all("layers" in row for row in found["methods"].values()) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path}: not what `sparrow methods` writes: remove it, or run that again") from None
