"""Run every test beat through the RTL, and compare with the golden model.

Class and every potential, bit for bit.

Exit status 1 when anything differs, cycles included.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, out
from sparrow_ecg.model.metrics import table
from sparrow_ecg.model.network import NETWORKS, Network
from sparrow_ecg.model.network.file import find, siblings, trained_for
from sparrow_ecg.model.seeds import splits
from sparrow_ecg.model.signals.ecg.splits import SPLITS
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption, each_of, record_names
from sparrow_ecg.sim.rtl import compare as comparison
from sparrow_ecg.sim.rtl.compare import EngineName
from sparrow_ecg.sim.verbs.options import RecordsOption

ALL = ["all"]
JUDGED = ["intra", "inter"]  # where no name says what it was trained for


@core_options(network=None)
def main(
    core: Callable[[Network], Build],
    network: Annotated[
        list[str], typer.Option("--network", "-n", help="A shipped network, a .json file or all; may be repeated.")
    ] = ALL,
    split: Annotated[
        list[str] | None,
        typer.Option(
            help="Whose test beats are taken; may be repeated; by default those that a shipped name was trained for,"
            " else intra and inter.",
            callback=each_of(SPLITS),
            show_default=False,
        ),
    ] = None,
    records: RecordsOption = "",
    engine: Annotated[
        EngineName, typer.Option(help="A shared library, cocotb, or the chip through its SPI pins.")
    ] = "library",
    seeds: Annotated[bool, typer.Option("--seeds", help="The shipped networks of every seed for the split.")] = False,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    start, exact = time.perf_counter(), True
    shipped = sorted((path.stem for path in NETWORKS.glob("*.json")), key=lambda name: Network.load(name).synapses)
    chosen = record_names(records, data)
    for source in shipped if network == ALL else network:
        for name in split or splits(source) or JUDGED:
            accuracies, every = [], _trained(source, name, seeds)
            for trained in every:
                build = core(Network.load(trained))
                beats = load(build.network, name, data, chosen)
                with counter(f"{trained}, {name}: {len(beats.counts)} beats", len(beats.counts)) as done:
                    compared = comparison.compare(build, beats, engine, done)
                exact &= compared.exact
                accuracies.append(compared.report["accuracy_hardware"])
                _show(compared.report, trained)
                kind = f"-seed{build.network.provenance['seed']}" if len(every) > 1 else ""
                out.print(comparison.write(compared, build, folder, f"{find(source).stem}-{name}{kind}"))
            if len(accuracies) > 1 and None not in accuracies:
                mean, spread = 100 * np.mean(accuracies), 100 * np.std(accuracies, ddof=1)
                out.print(
                    f"{source}, {name}: {mean:.3f} % ± {spread:.3f} % in the RTL, {len(accuracies)} seeds", style="bold"
                )
    out.print(f"{'all bit-exact' if exact else 'NOT ALL BIT-EXACT'}, in {time.perf_counter() - start:.0f} s")
    raise typer.Exit(not exact)


def _trained(source: str, split: str, seeds: bool) -> list[str]:
    """The networks to run for a source: of every seed, where more than one is shipped."""
    every = siblings(source, split) if seeds else []
    return every if len(every) > 1 else [trained_for(source, split)]


def _show(report: dict, source: str) -> None:
    what = f"{report['network']}, {report['split']}"
    golden, hardware = report["golden"], report["hardware"]
    if hardware == golden:
        out.print(table(hardware, f"{what}, RTL and golden model alike"))
    else:
        out.print(table(golden, f"{what}, golden model"))
        if hardware:
            out.print(table(hardware, f"{what}, RTL"))
    for line in comparison.describe(report, source):
        out.print(line, style=None if line.startswith("bit-exact") else "red")
    if hardware:
        out.print(
            f"cycles per beat: {report['cycles_per_beat']:.1f} ({report['cycles_lowest']} to"
            f" {report['cycles_highest']}), as predicted: {not report['mismatched_cycles']};"
            f" {report['simulated_cycles_per_second'] / 1e6:.1f} million cycles/s"
            f" ({report['simulated_cycles']:,} in {report['simulation_seconds']:.2f} s)",
        )
