"""Play an ECG through an ADS129x into the monitor, under cocotb.

A model of the converter, or of a chain of them, drives the pins of the adapter before a monitor: every beat must be the
golden models'. Writes the adapter's Verilog, and that of the monitor behind it. What it takes: `gatepower-monitor
--ads129x`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from amaranth.back import verilog

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.ads129x import Ads129x
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.records import data_root, read_record
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption
from sparrow_ecg.sim.gates.run.converting import RATE, numbers
from sparrow_ecg.sim.rtl.ads129x import CLOCK_HZ, Chain, verify


@core_options("datapath", "lanes", "zero_skip", "skip_bits", network="watch", top="monitor", weights="rom")
def main(
    core: Build,
    devices: Annotated[int, typer.Option(min=1, help="Converters in the chain.")] = 1,
    channels: Annotated[int, typer.Option(min=1, max=8, help="Of each.")] = 2,
    word: Annotated[int, typer.Option(help="Of a frame, that is taken: 1 is the first channel, 0 the status.")] = 1,
    off: Annotated[str, typer.Option(help="Bits of the first status that say that a lead is off, in hex.")] = "001000",
    shift: Annotated[int, typer.Option(help="Low bits that are dropped.")] = 7,
    clock_hz: Annotated[int, typer.Option(min=1000, help="The chip's clock.")] = CLOCK_HZ,
    record: Annotated[str | None, typer.Option(help="Name of a record; by default generated ECG.")] = None,
    seconds: Annotated[int, typer.Option(min=1, help="So much of it.")] = 15,
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/ads129x"),
) -> None:
    adapter = Ads129x(word, int(off, 16), shift)
    if word >= devices * (1 + channels):
        raise InputError(f"--word {word}: a frame of {devices} x {channels} channels has {devices * (1 + channels)}")
    if adapter.cycles * RATE > clock_hz:
        raise InputError(f"--clock-hz {clock_hz}: a frame takes {adapter.cycles} cycles, {RATE} times a second: faster")
    monitor = Ads129xMonitor(core.network, core.config, RATE, adapter)
    for name, component in (("ads129x", adapter), (f"monitor_ads129x-{core.network.name}", monitor)):
        text = verilog.convert(component, name=name.replace("-", "_"), emit_src=False)
        out.print(f"wrote {write_atomic(folder / f'{name}.v', text)}")
    heart = read_record(data_root(data), record) if record else generate("converted", seconds, seed=seed)
    samples = numbers(heart.codes[: seconds * SAMPLING_RATE], adapter, seed)
    lost = np.zeros(len(samples), bool)
    lost[len(samples) // 2 : len(samples) // 2 + RATE] = True  # a second without a lead
    with working(f"{heart.name}: {len(samples)} frames of {devices} x {channels} channels, {RATE} a second"):
        found = verify(monitor, Chain(devices, channels).frames(samples, adapter, lost, seed), clock_hz)
    report = {"network": core.network.name, "digest": core.network.digest, "config": core.config.as_dict(), **found}
    path = write_atomic(
        Path("build/results") / f"converter-{core.network.name}.json", json.dumps(report, indent=1) + "\n"
    )
    out.print(f"wrote {path}")
    out.print(
        f"{found['frames']} frames, no lead for a second: {found['beats']} beats, all as the golden models have them;"
        f" a frame takes {adapter.cycles} cycles, so at most {clock_hz / adapter.cycles:.0f} a second at {clock_hz} Hz",
        style="bold",
    )
