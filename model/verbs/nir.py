"""Write a network to a NIR file, or make a network of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.conversion import nir_file
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.verbs.options import NetworkOption, OutOption


def main(
    network: NetworkOption = "tiny",
    read: Annotated[
        Path | None, typer.Option("--read", help="A NIR file, to make a network of.", show_default=False)
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="T, of a network from elsewhere.")] = 7,
    weight_bits: Annotated[int, typer.Option(min=2, max=16, help="Of its weights.")] = 6,
    input_bits: Annotated[int, typer.Option(min=1, max=8, help="Of its inputs, which are 0 to 1 elsewhere.")] = 4,
    folder: OutOption = Path("build/networks"),
) -> None:
    if read:
        found = nir_file.load(read, steps, weight_bits, input_bits)
        path = found.save(folder / f"{found.name}.json")
        shape = "-".join(map(str, found.shape))
        out.print(f"{shape}, {found.weight_bits}-bit weights, T = {found.steps}; network written to {path}")
    else:
        net = Network.load(network)
        out.print(f"NIR file written to {nir_file.save(net, folder / f'{net.name}.nir')}")
