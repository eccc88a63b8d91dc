"""Co-simulation of the firmware: the C driver uses the RTL through its SPI pins, and must get the golden answers."""

from __future__ import annotations

import ctypes
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.firmware_gen.driver import SELECT, TRANSFER, WAIT, Driver, DriverError, Transport
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.host.image import network_id
from sparrow_ecg.hw.options import (
    DataOption,
    LanesOption,
    NetworkOption,
    NeuronOption,
    OutOption,
    ZeroSkipOption,
    config_for,
)
from sparrow_ecg.model.console import InputError, out, progress, write_atomic
from sparrow_ecg.model.network.golden import Trace, integrate_and_fire, ssf
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.sim.heartbeats import load
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
        raise InputError(f"the chip and its model differ: {what}")
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
            raise InputError(f"network {network.name}: {answer} on the chip, but {klass}, {potentials} in the model")
    return driver.activity()


def main(
    network: NetworkOption = "tiny",
    second: Annotated[str | None, typer.Option(help="Another one for the same chip; by default one nearby.")] = None,
    split: Annotated[str, typer.Option(help="Whose test beats are taken.")] = "intra",
    beats: Annotated[int, typer.Option(help="So many of them, evenly spread.")] = 500,
    lanes: LanesOption = None,
    neuron: NeuronOption = "ssf",
    zero_skip: ZeroSkipOption = True,
    data: DataOption = None,
    folder: OutOption = Path("build/firmware"),
) -> None:
    """The generated C driver against the RTL, through the SPI pins: reset, ID, two networks, beats, interrupt."""
    net = Network.load(network)
    config = config_for(net, lanes, "ram", neuron, zero_skip)
    other = Network.load(second) if second else neighbour(net)
    heartbeats = load(net, split, data, generate=True)
    chosen = np.linspace(0, len(heartbeats.counts) - 1, min(beats, len(heartbeats.counts))).astype(int)
    counts = heartbeats.counts[chosen]
    out.print(f"{len(counts)} beats of split {heartbeats.split}; networks {net.name} and {other.name}; {config}")
    generate(net, config, folder)
    library = shared_library(folder)
    run = ssf if neuron == "ssf" else integrate_and_fire
    results: dict[str, object] = {"split": heartbeats.split, "beats": len(counts), "config": asdict(config)}
    with Board(net, config) as board:
        images = board.controller.image
        assert images
        driver = Driver(library, transport(board))
        driver.open()
        check(driver.chip.inputs == net.inputs, f"the chip is found: {net.inputs} inputs, {net.outputs} classes")
        driver.reset()
        refuses("NO_WEIGHTS", driver.classify, counts[0])
        driver.set(COUNT)
        for loaded in (net, other):
            golden = run(loaded, counts)
            driver.load(images.of(loaded))
            check(driver.chip.network == network_id(loaded), f"{loaded.name} is loaded: {loaded.digest[:8]}")
            started, cycles, clocked = time.perf_counter(), board.cycles, board.clocked
            activity = classify(driver, board, loaded, counts, golden)
            seconds = time.perf_counter() - started
            check(activity["beats"] == len(counts), f"bit-exact: {len(counts)} of {len(counts)} beats, all potentials")
            busy = int((config.cycles(loaded, golden) - loaded.inputs).sum())
            check(activity["cycles"] == busy, f"busy for {busy} cycles, as the cycle model says")
            if neuron == "ssf":
                spikes = sum(int(layer.sum()) for layer in golden.counts[1:])
                check(activity["spikes"] == spikes, f"{spikes} spikes fired, as the golden model says")
            results[loaded.name] = activity | {
                "clock_cycles": board.cycles - cycles,
                "clocked_cycles": board.clocked - clocked,
                "seconds": seconds,
            }
        damaged = bytearray(images.of(net))
        damaged[40] ^= 1
        refuses("IMAGE_CRC", driver.load, bytes(damaged))
        refuses("IMAGE_CRC", driver.send_image, bytes(damaged))  # past the driver: the chip itself refuses it
        refuses("NO_WEIGHTS", driver.classify, counts[0])
        driver.load(images.of(net))
        driver.set(INTERRUPT_RESULT)
        check(board.irq == 0, "no interrupt before a beat")
        driver.start(counts[0])
        board.settle()
        check(board.irq == 1, "an answer raises the interrupt")
        check(not board.clock_request, "the clock may stand still while the answer waits")
        check(driver.fetch().klass == run(net, counts[:1]).classes[0], "it is fetched")
        driver.acknowledge()
        check(board.irq == 0, "acknowledged, and the interrupt is gone")
        check(driver.example() == 0, "the example program gets every answer that it expects")
    path = Path("build/results") / f"cosim-firmware-{net.name}.json"
    write_atomic(path, json.dumps(results, indent=1) + "\n")
    out.print(f"{path}: {json.dumps(results[net.name])}", soft_wrap=True)
