"""Price the serial core's activity by formula, on three architectures.

The network is shown as SNN with SSF, as SNN with IF, and as the quantised ANN of equal representation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption, TestSplitOption
from sparrow_ecg.sim.energy import technologies
from sparrow_ecg.sim.report.energy import measured_on_gates, report, show_break_even
from sparrow_ecg.sim.rtl.probes import count


@core_options("lanes", "zero_skip", datapath="serial")
def main(
    core: Build,
    split: TestSplitOption = "intra",
    technology: Annotated[str, typer.Option(help="A table of constants by name, or a .json file.")] = "paper-v1",
    break_even: Annotated[
        bool, typer.Option("--break-even", help="Also print VGG16's published break-even sparsity, and ours.")
    ] = False,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    net, config = core.network, core.config
    assert isinstance(config, Serial)
    prices = technologies.load(technology)
    beats = load(net, split, data)
    counted, cycles = count(net, config, beats.counts)
    status = report(
        net,
        beats.counts,
        config,
        folder,
        split=split,
        technology=prices,
        counted=counted,
        cycles=cycles,
        gate_level=measured_on_gates(net, folder),
    )
    if break_even:
        show_break_even()
    if status:
        out.print("the RTL's operations are not those predicted", style="red")
    raise typer.Exit(status)
