"""Co-simulation of the firmware: the C driver uses the RTL through its SPI pins, and must get the golden answers."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np

from sparrow_ecg.firmware_gen.driver import SELECT, TRANSFER, WAIT, Driver, DriverError, Transport
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.sim.rtl.board import Board

COUNT = 4  # SETTINGS: the activity counters count
INTERRUPT_RESULT = 1


def transport(board: Board) -> Transport:
    """The pins of a board as the driver's transport: C calls C++, and Python is not in between."""
    library = board.library
    select, transfer, wait = (
        ctypes.cast(getattr(library, f"ecg_board_{name}"), kind)
        for kind, name in ((SELECT, "select"), (TRANSFER, "transfer"), (WAIT, "wait"))
    )
    return Transport(select, transfer, wait, board.handle)


def neighbour(network: Network, seed: int = 0) -> Network:
    """Another network for the same chip: a tenth of its weights are one step away."""
    rng = np.random.default_rng(seed)
    limit = 1 << (network.weight_bits - 1)
    layers = []
    for layer in network.layers:
        step = rng.choice([-1, 1], layer.weights.shape) * (rng.random(layer.weights.shape) < 0.1)
        layers.append(replace(layer, weights=np.clip(layer.weights + step, -limit, limit - 1)))
    return replace(network, name=f"{network.name}-neighbour", layers=tuple(layers), provenance={})


def check(condition: bool, what: str) -> None:
    if not condition:
        raise VerificationError(f"the chip and its model differ: {what}")
    out.print(f"  ok: {what}", soft_wrap=True)


def refuses(result: str, call, *arguments) -> None:
    """The call must raise just this result."""
    try:
        call(*arguments)
    except DriverError as error:
        check(error.result.name == result, f"refused: {error}")
        return
    check(False, f"{call.__name__} refuses with {result}")


def classify(driver: Driver, board: Board, network: Network, counts: np.ndarray, golden: Trace) -> dict[str, int]:
    """Every beat through the driver; returns the chip's own counts of its activity."""
    driver.activity(clear=True)
    for beat, klass, potentials in progress(
        list(zip(counts, golden.classes, golden.outputs, strict=True)), f"classifying with {network.name}"
    ):
        answer = driver.classify(beat)
        if (answer.klass, answer.potentials) != (klass, potentials.tolist()):
            raise VerificationError(
                f"network {network.name}: {answer} on the chip, but {klass}, {potentials} in the model"
            )
    return driver.activity()
