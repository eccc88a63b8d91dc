"""Fit a technology table to gate-level runs of serial cores, for `energy --technology FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import err
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.gates.library.pdks import PDKS, pdk
from sparrow_ecg.sim.report.calibration import show, write
from sparrow_ecg.sim.studies.calibrate import FEWEST, Calibrated, observe_designs
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.point import Measurement


def main(
    library: Annotated[str, typer.Option("--pdk", help=f"Cell library: {', '.join(PDKS)}.")] = "sky130",
    corner: Annotated[str | None, typer.Option(help="A corner of the library; by default its typical one.")] = None,
    beats: Annotated[int, typer.Option(min=1, help="Test beats at gate level, for each design.")] = 64,
    check: Annotated[
        list[str] | None, typer.Option(help="Also measure this network, and say how far off the table is; repeat.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler; else workers on all cores here.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Workers here, instead of one for each core.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Measure designs again that failed.")] = False,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The workers' data root; else their $ECG_DATA, else ./data.", show_default=False),
    ] = None,
    store: Annotated[Path, typer.Option(help="Folder of finished designs.")] = Path("build/pareto/calibration"),
    folder: OutOption = Path("build/results"),
) -> None:
    if scheduler is None:
        pdk(library).files(data_root(data), corner)
    how, checks = Measurement(library, corner, "intra", beats), [Network.load(name) for name in check or []]
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        designs = observe_designs(how, checks, store, client, place, retry)
    for result in designs.failed:
        err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red", markup=False)
    if len(designs.alone) < FEWEST:
        err.print("too few designs to fit", style="red")
        raise typer.Exit(1)
    found = Calibrated.of(designs)
    show(found)
    write(found, folder)
