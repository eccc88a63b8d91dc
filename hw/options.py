"""Command-line options that several verbs share, so that each is named and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sparrow_ecg.hw.config import CoreConfig, Datapath, Neuron, Weights
from sparrow_ecg.model.network.network import Network

DEFAULT_LANES = 16
Top = Literal["core", "chip"]
Host = Literal["spi", "apb"]


NetworkOption = Annotated[
    str, typer.Option("--network", "-n", help="A shipped network (tiny, accurate, reference) or a .json file.")
]
LanesOption = Annotated[
    int | None,
    typer.Option(help=f"Neurons computed in parallel; by default the widest layer, at most {DEFAULT_LANES}."),
]
WeightsOption = Annotated[Weights, typer.Option(help="Constants in logic, or memory that is loaded at run time.")]
NeuronOption = Annotated[Neuron, typer.Option(help="Sum-Spikes-and-Fire, or the integrate-and-fire baseline.")]
TopOption = Annotated[Top, typer.Option(help="The core alone, or the chip: core, registers and host interface.")]
HostOption = Annotated[Host, typer.Option(help="The chip's interface: SPI pins, or an APB3 slave.")]
ZeroSkipOption = Annotated[bool, typer.Option(help="Inputs whose count is zero cost neither cycle nor weight read.")]
DatapathOption = Annotated[Datapath, typer.Option(help="An input a cycle into lanes, or a layer a cycle in adders.")]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="Folder that holds mitdb/; else $ECG_DATA, else ./data.", show_default=False),
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for results.")]


def config_for(
    network: Network,
    lanes: int | None = None,
    weights: Weights = "rom",
    neuron: Neuron = "ssf",
    zero_skip: bool = True,
    datapath: Datapath = "serial",
) -> CoreConfig:
    """The config that the options ask for. Raises InputError when it does not suit the network."""
    if lanes is None:
        lanes = min(DEFAULT_LANES, max(network.shape[1:]))
    config = CoreConfig(lanes, weights, neuron, zero_skip, datapath)
    config.check(network)
    return config


def suffix(config: CoreConfig, usual: CoreConfig) -> str:
    """What is not usual about a config, for the name of a file: ``-ram-no_zero_skip``, for example."""
    return "".join(
        f"-{value}" if isinstance(value, str) else f"-{'no_' if value is False else ''}{name}{value or ''}"
        for name, value in vars(config).items()
        if value != getattr(usual, name)
    )
