"""The verb ``energy``: activity counted in the RTL on every test beat, and the tables it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.hw.config import CoreConfig, Neuron
from sparrow_ecg.hw.options import DataOption, LanesOption, NetworkOption, OutOption, ZeroSkipOption, config_for
from sparrow_ecg.model.console import err, out
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.sim.energy.operations import NEURONS
from sparrow_ecg.sim.heartbeats import load
from sparrow_ecg.sim.progress import counter
from sparrow_ecg.sim.report.energy import measured_on_gates, report, show_break_even
from sparrow_ecg.sim.rtl.engine import Engine


def count(
    network: Network, config: CoreConfig, counts: np.ndarray, neurons: Sequence[Neuron] = NEURONS
) -> tuple[dict, dict]:
    """Probe counts of each layer, and mean cycles per beat, by neuron, from the RTL with these neurons."""
    counted, cycles = {}, {}
    for neuron in neurons:
        engine = Engine(network, replace(config, neuron=neuron), activity=True)
        with counter(f"RTL, {neuron.upper()} neurons", len(counts)) as done:
            result = engine.run(counts, done)
        assert result.activity is not None
        totals = {name: column.sum(axis=0) for name, column in result.activity.items()}
        counted[neuron] = [
            {name: int(layers[k]) for name, layers in totals.items()} for k in range(len(network.layers))
        ]
        cycles[neuron] = float(result.cycles.mean())
    return counted, cycles


def main(
    network: NetworkOption = "tiny",
    split: Annotated[str, typer.Option(help="intra, inter or adaptive: its test beats.")] = "intra",
    lanes: LanesOption = None,
    zero_skip: ZeroSkipOption = True,
    technology: Annotated[str, typer.Option(help="A table of constants by name, or a .json file.")] = "paper-v1",
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    """Energy by formula from the RTL's activity; three architectures; SSF, IF and the quantised ANN."""
    net = Network.load(network)
    config = config_for(net, lanes, zero_skip=zero_skip)
    beats = load(net, split, data)
    err.print(f"{len(beats.counts)} test beats of {split}; building the RTL with either neuron")
    counted, cycles = count(net, config, beats.counts)
    status = report(
        net,
        beats.counts,
        config,
        folder,
        split=split,
        technology=technology,
        counted=counted,
        cycles=cycles,
        gate_level=measured_on_gates(net, folder),
    )
    show_break_even()
    if status:
        out.print("the RTL's operations are not those predicted", style="red")
    raise typer.Exit(status)
