"""Fit a table of prices, for `energy --technology`, to gate-level runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import err
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.gates.library.pdks import pdk
from sparrow_ecg.sim.report.calibration import show, write
from sparrow_ecg.sim.studies.calibrate import (
    FEWEST,
    Calibrated,
    observe_designs,
)
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.point import Measurement
from sparrow_ecg.sim.verbs.options import (
    BeatsOption,
    CornerOption,
    PdkOption,
    RetryOption,
    SchedulerOption,
    StoreOption,
    WorkersDataOption,
    WorkersOption,
)


def main(
    library: PdkOption = "sky130",
    corner: CornerOption = None,
    beats: BeatsOption = 64,
    check: Annotated[
        list[str] | None, typer.Option(help="Also measure this network, and say how far off the table is; repeat.")
    ] = None,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    data: WorkersDataOption = None,
    store: StoreOption = Path("build/calibration.sqlite"),
    folder: OutOption = Path("build/results"),
) -> None:
    if scheduler is None:
        pdk(library).files(data_root(data), corner)
    how, checks = Measurement(library, corner, "intra", beats), [Network.load(name) for name in check or []]
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        designs = observe_designs(how, checks, store, client, place, retry)
    for result in designs.failed:
        err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red")
    if len(designs.alone) < FEWEST:
        err.print("too few designs to fit", style="red")
        raise typer.Exit(1)
    found = Calibrated.of(designs)
    show(found)
    write(found, folder)
