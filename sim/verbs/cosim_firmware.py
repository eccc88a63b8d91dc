"""Run the generated C driver against the RTL, through its SPI pins.

Reset, ID, two networks, beats, interrupt.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.firmware_gen.driver import Driver
from sparrow_ecg.firmware_gen.generate import FOLDER, generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.image import network_id
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network.network import Network
from sparrow_ecg.model.signals.ecg.testset import load
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.rtl.board import Board
from sparrow_ecg.sim.rtl.firmware import COUNT, INTERRUPT_RESULT, check, classify, neighbour, refuses, transport


@core_options("lanes", "neuron", "zero_skip", weights="ram")
def main(
    core: Build,
    second: Annotated[str | None, typer.Option(help="Another one for the same chip; by default one nearby.")] = None,
    split: Annotated[str, typer.Option(help="Whose test beats are taken.")] = "intra",
    beats: Annotated[int, typer.Option(help="So many of them, evenly spread.")] = 500,
    data: DataOption = None,
    folder: OutOption = FOLDER,
) -> None:
    chip = replace(core, top="chip")
    net, config = chip.network, chip.config
    other = Network.load(second) if second else neighbour(net)
    chip.image(other)  # refused here, if it does not fit, and not once all is built
    heartbeats = load(net, split, data, generate=True)
    chosen = np.linspace(0, len(heartbeats.counts) - 1, min(beats, len(heartbeats.counts))).astype(int)
    counts = heartbeats.counts[chosen]
    out.print(f"{len(counts)} beats of split {heartbeats.split}; networks {net.name} and {other.name}; {config}")
    generate(chip, folder)
    library = shared_library(folder)
    results: dict[str, object] = {"split": heartbeats.split, "beats": len(counts), "config": config.as_dict()}
    with Board(chip) as board:
        driver = Driver(library, transport(board))
        driver.open()
        check(driver.chip.inputs == net.inputs, f"the chip is found: {net.inputs} inputs, {net.outputs} classes")
        driver.reset()
        refuses("NO_WEIGHTS", driver.classify, counts[0])
        driver.set(COUNT)
        for loaded in (net, other):
            golden = chip.golden(counts, loaded)
            driver.load(chip.image(loaded))
            check(driver.chip.network == network_id(loaded), f"{loaded.name} is loaded: {loaded.digest[:8]}")
            started, cycles, clocked = time.perf_counter(), board.cycles, board.clocked
            activity = classify(driver, board, loaded, counts, golden)
            seconds = time.perf_counter() - started
            check(activity["beats"] == len(counts), f"bit-exact: {len(counts)} of {len(counts)} beats, all potentials")
            busy = int((chip.cycles(golden, loaded) - loaded.inputs).sum())
            check(activity["cycles"] == busy, f"busy for {busy} cycles, as the cycle model says")
            if config.neuron == "ssf":
                spikes = sum(int(layer.sum()) for layer in golden.counts[1:])
                check(activity["spikes"] == spikes, f"{spikes} spikes fired, as the golden model says")
            results[loaded.name] = activity | {
                "clock_cycles": board.cycles - cycles,
                "clocked_cycles": board.clocked - clocked,
                "seconds": seconds,
            }
        damaged = bytearray(chip.image())
        damaged[40] ^= 1
        refuses("IMAGE_CRC", driver.load, bytes(damaged))
        refuses("IMAGE_CRC", driver.send_image, bytes(damaged))  # past the driver: the chip itself refuses it
        refuses("NO_WEIGHTS", driver.classify, counts[0])
        driver.load(chip.image())
        driver.set(INTERRUPT_RESULT)
        check(board.irq == 0, "no interrupt before a beat")
        driver.start(counts[0])
        board.settle()
        check(board.irq == 1, "an answer raises the interrupt")
        check(not board.clock_request, "the clock may stand still while the answer waits")
        check(driver.fetch().klass == chip.golden(counts[:1]).classes[0], "it is fetched")
        driver.acknowledge()
        check(board.irq == 0, "acknowledged, and the interrupt is gone")
        check(driver.example() == 0, "the example program gets every answer that it expects")
    path = Path("build/results") / f"cosim-firmware-{net.name}.json"
    write_atomic(path, json.dumps(results, indent=1) + "\n")
    out.print(f"{path}: {json.dumps(results[net.name])}", soft_wrap=True)
