"""Random SPI frames to the monitor chip's RTL while samples come.

Good frames, frames with wrong bits, cut ones, a host that stops in the middle or is late, samples that come too fast:
every answer must be one that the golden model gives for some order of samples and frames, and every register its own
whenever the converter stands still. Exit status 1 at the first that is not.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import counter, out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import OutOption, SeedOption
from sparrow_ecg.sim.rtl.monitor_board import MonitorBoard
from sparrow_ecg.sim.rtl.monitor_fuzz import fuzz


@core_options("datapath", "lanes", "zero_skip", "skip_bits", network="watch", top="monitor_chip", weights="rom")
def main(
    core: Build,
    frames: Annotated[int, typer.Option(min=1, help="How many.")] = 10_000,
    seed: SeedOption = 0,
    folder: OutOption = Path("build/results"),
) -> None:
    chip = replace(core, top="monitor_chip")
    with working("building the RTL with Verilator"):
        MonitorBoard(chip).close()
    begun = time.perf_counter()
    with counter(f"random frames, seed {seed}", frames) as done:
        counts = fuzz(chip, frames, seed, done)
    report = {
        "network": chip.network.name,
        "digest": chip.network.digest,
        "config": chip.config.as_dict(),
        "seed": seed,
    }
    path = folder / f"fuzz-monitor-{chip.network.name}.json"
    write_atomic(path, json.dumps(report | counts, indent=1) + "\n")
    out.print(f"wrote {path}")
    out.print(
        f"{counts['frames']} frames, {counts['cut']} cut, {counts['stopped']} with a pause, {counts['resets']} resets,"
        f" {counts['late']} times late; {counts['samples']} samples, {counts['told']} beats told; {counts['lost']} of"
        f" {counts['fast']} samples that came too fast were lost, and told so; {time.perf_counter() - begun:.0f} s"
    )
    out.print(
        f"seed {seed}: every answer is the golden model's, and so was every register {counts['compared']} times",
        style="bold",
    )
