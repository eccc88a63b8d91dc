"""Verilog of a core: the command line ``python -m hw``."""

from __future__ import annotations

from pathlib import Path

import typer

from sparrow_ecg.hw.core.tables import CoreImage
from sparrow_ecg.hw.host.image import ChipImage
from sparrow_ecg.hw.options import (
    DatapathOption,
    HostOption,
    LanesOption,
    NetworkOption,
    NeuronOption,
    OutOption,
    TopOption,
    WeightsOption,
    ZeroSkipOption,
    config_for,
)
from sparrow_ecg.hw.verilog import generate_top
from sparrow_ecg.model.console import out, run, write_atomic
from sparrow_ecg.model.network.network import Network

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _main() -> None:
    """Amaranth RTL of the chip, and its Verilog."""


@app.command()
def verilog(
    network: NetworkOption = "tiny",
    lanes: LanesOption = None,
    weights: WeightsOption = "rom",
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    datapath: DatapathOption = "serial",
    top: TopOption = "core",
    host: HostOption = "spi",
    folder: OutOption = Path("build/verilog"),
) -> None:
    """Write the Verilog of a core or chip and, beside it, a JSON file that says what is in it."""
    net = Network.load(network)
    config = config_for(net, lanes, weights, neuron, zero_skip, datapath)
    generated = generate_top(net, config, top, host)
    kind = f"{config.lanes}-{weights}-{neuron}{'' if zero_skip else '-noskip'}" if datapath == "serial" else datapath
    name = f"{top if top == 'core' else f'chip-{host}'}-{net.name}-{kind}"
    text, metadata = generated.save(folder, name)
    out.print(f"{text}: network {net.name} ({'-'.join(map(str, net.shape))}), {net.synapses} synapses, {config}")
    out.print(f"{metadata}: ports, memories, probes, digest {net.digest[:12]}")
    if config.weights == "ram":
        images = (CoreImage if top == "core" else ChipImage)(generated.geometry, config)
        image = write_atomic(folder / f"{name}.image", images.of(net))
        out.print(f"{image}: {image.stat().st_size} bytes, to load before the first beat")


if __name__ == "__main__":
    run(app, "hw")
