"""When is an SNN worth its energy: break-even lines, measured networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.energy import technologies
from sparrow_ecg.sim.report import energy_study as report
from sparrow_ecg.sim.studies.energy_study import lines, place

PLACED = dict.fromkeys(("tiny", "frugal", "keen", "accurate", "reference"), "intra") | {"anyone": "inter+svdb"}


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
    chosen = dict.fromkeys(network, "intra") if network else PLACED
    placed = []
    for name, split in progress(chosen.items(), f"{len(chosen)} networks"):
        net = Network.load(name)
        placed.append(place(net, load(net, split, data), prices))
    found = {"technology": prices.name, "break_even": lines(prices), "networks": placed}
    out.print(report.break_even(found))
    out.print(report.places(found))
    out.print(report.energies(found))
    path = write_atomic(folder / "energy-study.json", json.dumps(found, indent=1, allow_nan=False) + "\n")
    drawn = write_atomic(folder / "energy-study.png", report.picture(found))
    out.print(f"wrote {path} and {drawn}")
