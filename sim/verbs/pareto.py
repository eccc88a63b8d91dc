"""Measure many cores at gate level, and show the front; can be stopped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from sparrow_ecg.hw.core.catalog import DATAPATHS
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.console import err
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption, each_of
from sparrow_ecg.sim.gates.library.pdks import pdk
from sparrow_ecg.sim.gates.netlist.synthesis import Mapping
from sparrow_ecg.sim.report.pareto import show, write
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.pareto import explore
from sparrow_ecg.sim.studies.point import Measurement
from sparrow_ecg.sim.verbs.options import (
    BeatsOption,
    ClockOption,
    CornerOption,
    PdkOption,
    RetryOption,
    SchedulerOption,
    StoreOption,
    WorkersDataOption,
    WorkersOption,
)

FILE = Path("build/pareto.sqlite")


def _choice(choices: Sequence[str]) -> Any:
    return typer.Option(help=f"With --network: {', '.join(choices)}; repeat.", callback=each_of(choices))


Datapaths = Annotated[list[str] | None, _choice(tuple(DATAPATHS))]
WeightKinds = Annotated[list[str] | None, _choice(get_args(Weights))]
Neurons = Annotated[list[str] | None, _choice(get_args(Neuron))]
Mappings = Annotated[list[str] | None, _choice(get_args(Mapping))]
ZeroSkips = Annotated[list[str] | None, _choice(("yes", "no"))]


def main(
    network: Annotated[
        list[str] | None, typer.Option("--network", "-n", help="Explore this network (repeat); else the default sweep.")
    ] = None,
    datapath: Datapaths = None,
    lanes: Annotated[list[int] | None, typer.Option(min=1, help="With --network: lanes; repeat.")] = None,
    weights: WeightKinds = None,
    neuron: Neurons = None,
    zero_skip: ZeroSkips = None,
    clock_gates: Annotated[list[int] | None, typer.Option(min=0, help="With --network: 0 for none; repeat.")] = None,
    mapping: Mappings = None,
    small: Annotated[bool, typer.Option("--small", help="A few points only, to see that it works.")] = False,
    train: Annotated[bool, typer.Option("--train", help="Also train variants of tiny, and explore them.")] = False,
    library: PdkOption = "sky130",
    corner: CornerOption = None,
    beats: BeatsOption = 64,
    clock_mhz: ClockOption = 4.0,
    scheduler: SchedulerOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    data: WorkersDataOption = None,
    store: StoreOption = FILE,
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
        "zero_skips": zero_skip and [answer == "yes" for answer in zero_skip],
        "clock_gates": clock_gates,
        "mappings": mapping,
    }
    given = {name: choice for name, choice in choices.items() if choice}
    if given and not network:
        raise InputError("choices of a core are for a network: give --network, too")
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        where = {"store": store, "client": client, "data": place}
        found = explore(how, network or [], given, **where, small=small, train=train, retry=retry)
    for result in found.failed:
        err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red")
    if not found.done:
        raise typer.Exit(1)
    show(found)
    write(found, folder)
