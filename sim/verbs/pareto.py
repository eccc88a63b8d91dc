"""Measure many cores at gate level, and show the front; can be stopped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.table import Table

from sparrow_ecg.hw.core.catalog import DATAPATHS
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.model.console import err, out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import NETWORKS, SEEDS, Network
from sparrow_ecg.model.network.golden import Neuron
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.model.verbs.options import OutOption, each_of
from sparrow_ecg.sim.gates.library.pdks import pdk
from sparrow_ecg.sim.report.pareto import draw
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.front import on_front
from sparrow_ecg.sim.studies.measure import measure
from sparrow_ecg.sim.studies.space import GATED, SMALL, Measurement, Space, default, sources, unique
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep
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

FOLDER = Path("build/pareto")


def _choice(choices: Sequence[str]) -> Any:
    return typer.Option(help=f"With --network: {', '.join(choices)}; repeat.", callback=each_of(choices))


Datapaths = Annotated[list[str] | None, _choice(tuple(DATAPATHS))]
WeightKinds = Annotated[list[str] | None, _choice(get_args(Weights))]
Neurons = Annotated[list[str] | None, _choice(get_args(Neuron))]
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
    store: StoreOption = FOLDER,
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
    }
    given = {name: choice for name, choice in choices.items() if choice}
    if given and not network:
        raise InputError("choices of a core are for a network: give --network, too")
    varied = variants.variants("tiny", how.split) if train else []
    place = data.resolve() if data and scheduler is None else data
    with connect(scheduler, workers) as client:
        trained = sweep(
            varied, Store(store / "networks"), variants.train, client, sources(), place, title="networks", retry=retry
        )
        others = [variants.network(result) for result in trained if "error" not in result]
        if network or small:
            networks = [Network.load(name) for name in network or ["tiny"]] + others
            spaces = SMALL if small else (Space(**{"clock_gates": (GATED,), **given}),)
            points = unique(point for space in spaces for point in space.points(networks, how))
        else:
            points = default(_shipped(how.split), _seeds(how.split) + others, how)
        if not points:
            raise InputError("no core fits these choices: take fewer lanes, or the datapath serial")
        err.print(f"{len(points)} points; each is kept in {store / 'points'} once it is done")
        results = sweep(points, Store(store / "points"), measure, client, sources(), place, retry=retry)
    report(results, how, folder)


def report(results: Sequence[dict[str, Any]], how: Measurement, folder: Path) -> None:
    """Table, picture and JSON; exit status 1 when there is no point to show."""
    done = [result for result in results if "error" not in result]
    failed = [result for result in results if "error" in result]
    for result in failed:
        err.print(f"failed: {result['label']}: {result['error'].splitlines()[0]}", style="red")
    if not done:
        raise typer.Exit(1)
    best = on_front(done, "error rate", "energy")
    wide = on_front(done, "error rate", "energy", "area")
    out.print(_table(done, best, wide))
    out.print(f"{len(best)} points on the front of accuracy and energy (*), {len(wide)} with area besides (+)")
    name = f"pareto-{how.pdk}"
    title = f"{len(done)} design points on {how.pdk} {done[0]['corner']}, {how.beats} test beats each"
    table = {
        "measurement": vars(how),
        "sources": sources(),
        "front": [result["key"] for result in best],
        "front_with_area": [result["key"] for result in wide],
        "points": sorted(done, key=lambda result: result["energy_per_beat_nj"]),
        "failed": failed,
    }
    out.print(f"wrote {write_atomic(folder / f'{name}.json', json.dumps(table, indent=1) + chr(10))}")
    out.print(f"wrote {write_atomic(folder / f'{name}.png', draw(done, title))}")


def _table(results: Sequence[dict], best: Sequence[dict], wide: Sequence[dict]) -> Table:
    table = Table("", "network", "core")
    for column in ("accuracy", "cycles", "um2", "nJ"):
        table.add_column(column, justify="right", no_wrap=True)
    starred, plus = {result["key"] for result in best}, {result["key"] for result in wide}
    for result in sorted(results, key=lambda result: result["energy_per_beat_nj"]):
        table.add_row(
            "*" if result["key"] in starred else "+" if result["key"] in plus else "",
            result["point"]["network"],
            result["point"]["core"],
            f"{result['accuracy']:.2%}",
            f"{result['cycles_per_beat']:.1f}",
            f"{result['area_um2']:,.0f}",
            f"{result['energy_per_beat_nj']:.3f}",
            style="bold" if result["key"] in starred else None,
        )
    return table


def _shipped(split: str) -> list[Network]:
    return _trained_on(split, NETWORKS.glob("*.json"))


def _seeds(split: str) -> list[Network]:
    return _trained_on(split, SEEDS.glob("*.json"))


def _trained_on(split: str, paths: Any) -> list[Network]:
    networks = [Network.load(path) for path in sorted(paths)]
    return sorted(
        (n for n in networks if n.provenance.get("split") == split), key=lambda network: network.nonzero_synapses
    )
