"""Run the generated C driver against the RTL, through its SPI pins.

Reset, ID, two networks, beats, interrupt.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.firmware_gen.compile import FOLDER
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.geometry import Weights
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, NetworkOption, OutOption, TestSplitOption
from sparrow_ecg.sim.rtl.firmware import neighbour, verify


@core_options("lanes", "neuron", "zero_skip", network=None)
def main(
    core: Callable[..., Build],
    network: NetworkOption = "tiny",
    weights: Annotated[
        Weights | None, typer.Option(help="Only a chip whose weights are built in (rom), or loaded (ram); else both.")
    ] = None,
    second: Annotated[
        str | None, typer.Option(help="Another network for the chip that loads them; by default one nearby.")
    ] = None,
    split: TestSplitOption = "intra",
    beats: Annotated[int, typer.Option(help="So many of them, evenly spread.", min=1)] = 500,
    data: DataOption = None,
    folder: OutOption = FOLDER,
) -> None:
    net = Network.load(network)
    choices = (weights,) if weights else (None, "ram")
    chips = [replace(core(net, weights=choice), top="chip") for choice in choices]
    loadable = [chip for chip in chips if chip.images]
    if second and not loadable:
        raise InputError(f"--second {second}: the weights of this chip are built in; give --weights ram")
    other = Network.load(second) if second else neighbour(net)
    for chip in loadable:
        chip.image(other)  # refused here, if it does not fit, and not once all is built
    heartbeats = load(net, split, data, generate=True)
    chosen = np.linspace(0, len(heartbeats.counts) - 1, min(beats, len(heartbeats.counts))).astype(int)
    counts = heartbeats.counts[chosen]
    out.print(f"{len(counts)} beats of split {heartbeats.split}; network {net.name}")
    results = []
    for chip in chips:
        networks = [net, other] if chip.images else [net]
        out.print(f"chip: {chip.config}; {' and '.join(network.name for network in networks)}")
        runs = verify(chip, networks, counts, folder / chip.config.slug(net))
        results.append({"config": chip.config.as_dict(), "networks": runs})
    path = Path("build/results") / f"cosim-firmware-{net.name}.json"
    report = {"split": heartbeats.split, "beats": len(counts), "chips": results}
    write_atomic(path, json.dumps(report, indent=1) + "\n")
    out.print(f"{path}: {json.dumps(results[0])}")
