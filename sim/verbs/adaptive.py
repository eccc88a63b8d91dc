"""Tune to each DS2 patient, load through the driver, classify on the RTL.

The first five minutes of a record tune, the rest tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import DS2
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption, SeedOption, record_names
from sparrow_ecg.sim.report.adaptive import summary, table
from sparrow_ecg.sim.studies.adaptive import adapt


@core_options("lanes", network=None, weights="ram")
def main(
    core: Callable[[Network], Build],
    network: NetworkOption = "tiny",
    base: Annotated[str | None, typer.Option(help="Tune this network; by default one is trained on DS1.")] = None,
    records: Annotated[str, typer.Option(help="DS2 records, by comma; by default all.")] = "",
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    chosen = tuple(dict.fromkeys(record_names(records, data))) or DS2
    found = adapt(core, network, base, chosen, seed, data)
    out.print(table(found))
    out.print(summary(found))
    path = folder / f"adaptive-{found.network.name}.json"
    out.print(write_atomic(path, json.dumps(found.as_dict(), indent=1) + "\n"))
