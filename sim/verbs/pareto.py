"""Accuracy, cycles, area and energy of many cores, and the front; goes on where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sparrow_ecg.model.console import err
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.gates.library.pdks import PDKS, pdk
from sparrow_ecg.sim.report.pareto import show, write
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.pareto import explore
from sparrow_ecg.sim.studies.point import Measurement

FOLDER = Path("build/pareto")


def main(
    network: Annotated[
        list[str] | None, typer.Option("--network", "-n", help="Explore this network (repeat); else the default sweep.")
    ] = None,
    datapath: Annotated[list[str] | None, typer.Option(help="With --network: serial, tree; repeat.")] = None,
    lanes: Annotated[list[int] | None, typer.Option(min=1, help="With --network: lanes; repeat.")] = None,
    weights: Annotated[list[str] | None, typer.Option(help="With --network: rom, ram; repeat.")] = None,
    neuron: Annotated[list[str] | None, typer.Option(help="With --network: ssf, if; repeat.")] = None,
    zero_skip: Annotated[list[str] | None, typer.Option(help="With --network: yes, no; repeat.")] = None,
    clock_gates: Annotated[list[int] | None, typer.Option(min=0, help="With --network: 0 for none; repeat.")] = None,
    small: Annotated[bool, typer.Option("--small", help="A few points only, to see that it works.")] = False,
    train: Annotated[bool, typer.Option("--train", help="Also train variants of tiny, and explore them.")] = False,
    library: Annotated[str, typer.Option("--pdk", help=f"Cell library: {', '.join(PDKS)}.")] = "sky130",
    corner: Annotated[str | None, typer.Option(help="A corner of the library; by default its typical one.")] = None,
    beats: Annotated[int, typer.Option(min=1, help="Test beats at gate level, for each point.")] = 64,
    clock_mhz: Annotated[float, typer.Option(help="Clock, for leakage per beat.")] = 4.0,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler; else workers on all cores here.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Workers here, instead of one for each core.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Measure points again that failed.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Data root, of the workers; else their $ECG_DATA, else ./data.", show_default=False
        ),
    ] = None,
    store: Annotated[Path, typer.Option(help="Folder of finished points, from which a sweep goes on.")] = FOLDER,
    folder: OutOption = Path("build/results"),
) -> None:
    if scheduler is None:  # else it is the workers that need them
        pdk(library).files(data_root(data), corner)
    how = Measurement(library, corner, "intra", beats, clock_mhz=clock_mhz)
    choices: dict[str, Any] = {
        "datapaths": datapath,
        "lanes": lanes,
        "weights": weights,
        "neurons": neuron,
        "zero_skips": zero_skip and [_yes(text) for text in zero_skip],
        "clock_gates": clock_gates,
    }
    given = {name: choice for name, choice in choices.items() if choice}
    if given and not network:
        raise InputError("choices of a core are for a network: give --network, too")
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        where = {"store": store, "client": client, "data": place}
        found = explore(how, network or [], given, **where, small=small, train=train, retry=retry)
    for result in found.failed:
        err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red", markup=False)
    if not found.done:
        raise typer.Exit(1)
    show(found)
    write(found, folder)


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise InputError(f"--zero-skip {text}: give yes or no")
    return text == "yes"
