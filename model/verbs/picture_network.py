"""Make the network that the RTL runs of one that `methods` converted.

The same weights, counts and answers, as a network file: held against each other on training pictures before it is
written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import out
from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.records import named_root
from sparrow_ecg.model.signals.images import mnist
from sparrow_ecg.model.signals.images.pictures import encoding_of
from sparrow_ecg.model.verbs.options import OutOption

DATASET = "mnist"
CHECKED = 500  # pictures


def main(
    method: Annotated[str, typer.Option(help="Of `sparrow methods`, with spikes for inputs: vr-T-r.")] = "vr-1-4",
    seed: Annotated[int, typer.Option(min=0, help="Of the trained network.")] = 0,
    trained: Annotated[
        Path | None, typer.Option(help="Folder of trained networks; by default the package's.", show_default=False)
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder that holds mnist/.", show_default=False)] = None,
    folder: OutOption = Path("build/networks"),
) -> None:
    from sparrow_ecg.model.methods import hardware, shipped  # torch: slow to import
    from sparrow_ecg.model.methods.recipes import RECIPES
    from sparrow_ecg.model.methods.simulate import at_once

    recipe = RECIPES[DATASET]
    if method not in recipe.methods:
        raise InputError(f"--method {method}: choose from {', '.join(recipe.methods)}")
    chosen, pictures = recipe.methods[method], mnist.load(named_root(data))
    shape = pictures.test.pixels.shape[1:]
    file = shipped.path_of(trained or shipped.SHIPPED, DATASET, method, seed)
    spiking = shipped.load(file, recipe, chosen, shape, pictures.test.classes).spiking(chosen)
    classes = tuple(map(str, range(pictures.test.classes)))
    provenance = {"data": DATASET, "method": method, "seed": seed}
    network = hardware.network_of(spiking, shape, recipe.architecture, classes, provenance)
    some = pictures.train.pixels[:CHECKED]
    answers = at_once(spiking, some).answers[0].numpy()
    if (golden.run(network, encoding_of(network).encode(some)).outputs != answers).any():
        raise VerificationError(f"{method}, seed {seed}: the network answers otherwise than what it was made of")
    path = network.save(folder / f"{network.name}.json")
    out.print(f"wrote {path}: {network.synapses:,} weights, alike on {CHECKED} training pictures")
