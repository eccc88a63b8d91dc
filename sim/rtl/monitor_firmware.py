"""Co-simulation of the monitor chip's firmware: the C driver reads beats of a recording through the SPI pins."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.firmware_gen.compile import shared_library
from sparrow_ecg.firmware_gen.driver import DriverError
from sparrow_ecg.firmware_gen.monitor import DRIVER, generate
from sparrow_ecg.firmware_gen.monitor_driver import NOW, MonitorDriver, MonitorPort
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.image import network_id
from sparrow_ecg.hw.host.monitor_model import Event, record_events
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.rtl.firmware import check, refuses, transport
from sparrow_ecg.sim.rtl.monitor_board import MonitorBoard

SILENCE = 3000  # ms: longer than from any beat of a heart to the next


def port(board: MonitorBoard) -> MonitorPort:
    """The pins of a board as the driver's port: C calls C++, and Python is not in between."""
    return MonitorPort(transport(board), ctypes.cast(board.library.ecg_board_now, NOW))


@contextmanager
def powered(chip: Build, folder: Path) -> Iterator[tuple[MonitorBoard, MonitorDriver]]:
    """A monitor chip on a board, and the driver of the firmware that is generated for it, in a folder.

    Raises VerificationError in place of an error of the driver that nobody expected.
    """
    generate(chip, folder)
    library = shared_library(folder, *DRIVER, name="ecg_monitor.so")
    with MonitorBoard(chip) as board:
        try:
            yield board, MonitorDriver(library, port(board))
        except (DriverError, TimeoutError) as error:
            raise VerificationError(f"monitor chip {chip.config}: {error}") from error


def listen(board: MonitorBoard, driver: MonitorDriver) -> list[Event]:
    """What firmware does while a recording is played: it waits, reads what there is, and waits again."""
    found: list[Event] = []
    while board.left:
        try:
            driver.wait(SILENCE)
        except DriverError as error:
            if error.result.name != "TIMEOUT" or board.left:
                raise
        driver.causes()
        found += driver.read()
    return found


def verify(chip: Build, codes: np.ndarray, folder: Path) -> dict[str, Any]:
    """Generate a monitor chip's firmware, use the chip through it, and hold what it says against the golden model.

    codes: of a recording at the chip's rate, int64[samples]. folder: for the firmware.

    Gives how many beats there were, and for how much of the time the clock ran while no host spoke.
    Raises VerificationError.
    """
    told = record_events(chip.monitor_chip.controller, codes)
    with powered(chip, folder) as (board, driver):
        frames = Protocol(board.controller.map)
        driver.open()
        found = driver.monitor.network, driver.monitor.depth, driver.monitor.millihertz
        known = network_id(chip.network), board.controller.depth, round(1000 * chip.rate)
        check(
            found == known, f"the chip is found: network {chip.network.name}, room for {board.controller.depth} beats"
        )

        driver.reset()
        driver.configure(causes=frames.word("cause", beat=1))
        board.play(codes)
        heard = listen(board, driver)
        check(driver.lost() == (0, 0), "no beat and no sample was lost")  # as they are where the clock is too slow
        check(heard == told, f"bit-exact: {len(told)} of {len(told)} beats, class, time and interval")

        refuses("TIMEOUT", driver.wait, 100)
        driver.reset()
        driver.configure(causes=frames.word("cause", overflow=1), keep_newest=1)
        check(board.irq == 0, "no interrupt before the FIFO is full")
        cycles, clocked = board.cycles, board.clocked
        board.play(codes)
        board.listen()
        share = (board.clocked - clocked) / (board.cycles - cycles)
        check(board.irq == 1, "a host that is late is told so by the interrupt")
        check(not board.clock_request, "the clock may stand still while beats wait")
        dropped = len(told) - board.controller.depth
        check(driver.lost(clear=True) == (dropped, 0), f"{dropped} beats were dropped, and counted")
        check(driver.read(room=len(told)) == [told[0], *told[dropped + 1 :]], "the newest are there, and whole")
        driver.causes()
        check(board.irq == 0, "the causes are cleared, and the interrupt is gone")
        check(driver.example() == 0, "the example program gets every beat that it expects")
    return {"samples": len(codes), "beats": len(told), "clocked": share}
