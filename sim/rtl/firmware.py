"""Co-simulation of the firmware: the C driver uses the RTL through its SPI pins, and must get the golden answers."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.firmware_gen.driver import SELECT, TRANSFER, WAIT, Driver, DriverError, Transport
from sparrow_ecg.firmware_gen.generate import generate
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.image import network_id
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.console import out, progress
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.sim.rtl.board import Board

BEFORE_CRC = -5  # the last byte of an image that its CRC goes over


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


@contextmanager
def powered(chip: Build, folder: Path) -> Iterator[tuple[Board, Driver]]:
    """A chip on a board, and the driver of the firmware that is generated for it, in a folder.

    Raises VerificationError in place of an error of the driver that nobody expected.
    """
    generate(chip, folder)
    library = shared_library(folder)
    with Board(chip) as board:
        try:
            yield board, Driver(library, transport(board))
        except DriverError as error:
            raise VerificationError(f"chip {chip.config}: {error}") from error


def classify(
    driver: Driver, name: str, counts: np.ndarray, trace: Trace, watched: Callable[[Sequence], Iterable] = iter
) -> np.ndarray:
    """Classes that the chip gives, int64[beats]. Raises VerificationError when one, or a potential, is another one than
    in the golden trace. name: of the network in it. watched: sees the beats pass.
    """
    beats = list(zip(counts, trace.classes.tolist(), trace.outputs.tolist(), strict=True))
    classes = np.empty(len(beats), dtype=np.int64)
    for n, (beat, klass, potentials) in enumerate(watched(beats)):
        answer = driver.classify(beat)
        if answer != (klass, potentials):
            check(False, f"network {name}, beat {n}: {answer}, not {klass}, {potentials}")
        classes[n] = answer.klass
    return classes


def verify(chip: Build, networks: Sequence[Network], counts: np.ndarray, folder: Path) -> list[dict[str, Any]]:
    """Generate a chip's firmware, use the chip through it, and hold whatever it says against the golden model.

    networks: the chip's own, and others that are loaded in turn if the chip takes any.
    counts:   int64[beats, inputs], of at least one beat.
    folder:   for the firmware.

    Gives for each network how much the chip says it did, and how long that took. Raises VerificationError.
    """
    with powered(chip, folder) as (board, driver):
        bench = FirmwareBench(board, driver)
        bench.found()
        if chip.images:
            bench.nothing_to_run(counts[0])
        results = [bench.answers(network, counts) for network in networks]
        if chip.images:
            bench.damaged_image(counts[0])
        else:
            bench.no_image()
        bench.interrupt(counts[0])
        bench.example()
    return results


class FirmwareBench:
    """What firmware does with a chip; each method is a check, in the order of `verify`."""

    def __init__(self, board: Board, driver: Driver):
        self.board, self.chip, self.driver = board, board.build, driver
        self.protocol = Protocol(board.controller.map)

    def found(self) -> None:
        driver, network = self.driver, self.chip.network
        driver.open()
        found = driver.chip.inputs, driver.chip.outputs, bool(driver.chip.loadable)
        expected = network.inputs, network.outputs, self.chip.config.loadable
        check(found == expected, f"the chip is found: {network.inputs} inputs, {network.outputs} classes")
        driver.reset()

    def nothing_to_run(self, beat: np.ndarray) -> None:
        refuses("NO_WEIGHTS", self.driver.classify, beat)

    def answers(self, network: Network, counts: np.ndarray) -> dict[str, Any]:
        """Every beat is answered as by the golden model, and the chip's counters are as its models predict."""
        board, chip, driver = self.board, self.chip, self.driver
        if chip.images:
            driver.load(chip.image(network))
        check(driver.chip.network == network_id(network), f"{network.name} is in the chip: {network.digest[:8]}")
        driver.set(self.protocol.word("settings", count=1))
        driver.activity(clear=True)
        trace = chip.golden(counts, network)
        started, clocks = time.perf_counter(), board.clocks
        classify(driver, network.name, counts, trace, lambda beats: progress(beats, f"classifying with {network.name}"))
        spent = {"clocks": board.clocks - clocks, "seconds": time.perf_counter() - started}
        activity = driver.activity()
        check(activity["beats"] == len(counts), f"bit-exact: {len(counts)} of {len(counts)} beats, all potentials")
        busy = int((chip.cycles(trace, network) - network.inputs).sum())
        check(activity["cycles"] == busy, f"busy for {busy} cycles, as the cycle model says")
        if driver.chip.counts_spikes:
            spikes = sum(int(fired.sum()) for fired in trace.counts[1:])
            check(activity["spikes"] == spikes, f"{spikes} spikes fired, as the golden model says")
            reads = int(chip.config.weight_reads(network, trace).sum())
            check(activity["weight_reads"] == reads, f"{reads} weights read, as the model of the schedule says")
        return {"network": network.name, **activity, **spent}

    def damaged_image(self, beat: np.ndarray) -> None:
        driver, image = self.driver, self.chip.image()
        damaged = bytearray(image)
        damaged[BEFORE_CRC] ^= 1
        refuses("IMAGE_CRC", driver.load, bytes(damaged))
        refuses("IMAGE_CRC", driver.send_image, bytes(damaged))  # past the driver: the chip itself refuses it
        refuses("NO_WEIGHTS", driver.classify, beat)
        driver.load(image)

    def no_image(self) -> None:
        refuses("BUILT_IN", self.driver.load, b"")

    def interrupt(self, beat: np.ndarray) -> None:
        board, driver = self.board, self.driver
        klass = self.chip.golden(beat[None]).classes[0]
        driver.drop()
        driver.set(self.protocol.word("settings", interrupt_result=1))
        check(board.irq == 0, "no interrupt before a beat")
        check(driver.klass(beat) == klass, "the class alone is read")
        check(board.irq == 1, "an answer raises the interrupt")
        check(driver.fetch().klass == klass, "it is fetched again")
        driver.drop()
        check(board.irq == 0, "dropped, and the interrupt is gone")

    def example(self) -> None:
        check(self.driver.example() == 0, "the example program gets every answer that it expects")


def check(condition: bool, what: str) -> None:
    if not condition:
        raise VerificationError(f"the chip and its model differ: {what}")
    out.print(f"  ok: {what}")


def refuses(result: str, call: Callable, *arguments: Any) -> None:
    """The call must raise just this result."""
    try:
        call(*arguments)
    except DriverError as error:
        check(error.result.name == result, f"refused: {error}")
        return
    check(False, f"{call.__name__} refuses with {result}")
