"""SNN against quantised ANN: accuracy, spikes and energy; can be stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import err
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.gates.library.pdks import pdk
from sparrow_ecg.sim.report.tradeoffs import show, write
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.point import Measurement
from sparrow_ecg.sim.studies.tradeoffs import SMALL, Grid, explore
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
    small: Annotated[bool, typer.Option("--small", help="A few networks, hardly trained, to see it work.")] = False,
    library: PdkOption = "sky130",
    corner: CornerOption = None,
    beats: BeatsOption = 64,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    data: WorkersDataOption = None,
    store: StoreOption = Path("build/tradeoffs.sqlite"),
    folder: OutOption = Path("build/results"),
) -> None:
    if scheduler is None:
        pdk(library).files(data_root(data), corner)
    how = Measurement(library, corner, "intra", beats)
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        found = explore(SMALL if small else Grid(), how, store=store, client=client, data=place, retry=retry)
    for result in found.failed:
        err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red")
    show(found)
    write(found, folder)
