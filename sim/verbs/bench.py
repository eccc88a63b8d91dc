"""Measure simulated cycles per second, beside a plain loop's, and more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.rtl import speed


@core_options("datapath", "lanes", network="reference")
def main(
    core: Build,
    beats: Annotated[int, typer.Option(min=1, max=10_000_000, help="Beats of random counts in a round.")] = 5000,
    folder: OutOption = Path("build/results"),
) -> None:
    net = core.network
    counts = np.random.default_rng(0).integers(0, net.count_max(0) + 1, (beats, net.inputs))
    with working("building with Verilator, then timing, turn by turn"):
        figures = speed.bench(core, counts)
    with working("golden model, and starting"):
        figures |= {"golden_beats_per_second": speed.golden_model(core, counts), "seconds_to_start": speed.startup()}
    out.print(
        f"{net.name}, {core.config}: engine {figures['engine'] / 1e6:.1f} million cycles/s on one processor,"
        f" plain Verilator loop {figures['plain'] / 1e6:.1f} million, ratio {figures['ratio']:.2f}"
    )
    out.print(f"golden model: {figures['golden_beats_per_second'] / 1e6:.2f} million beats/s")
    for name, seconds in figures["seconds_to_start"].items():
        out.print(f"{name}: {seconds:.2f} s")
    out.print(
        write_atomic(folder / f"bench-{net.name}-{core.config.slug(net)}.json", json.dumps(figures, indent=1) + "\n")
    )
