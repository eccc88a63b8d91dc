"""The monitor chip's RTL in Verilator, with a converter that plays a recording into it."""

from __future__ import annotations

import ctypes
from typing import Any, ClassVar

import numpy as np

from sparrow_ecg.hw.host.spi import LEAD
from sparrow_ecg.sim.rtl.board import COUNT, NUMBER, Board

CLOCK = 32_768  # Hz: a watch crystal's


class MonitorBoard(Board):
    """A monitor chip with its pins, a clock that stands still while it is not asked for, and a converter's samples."""

    source: ClassVar[str] = "monitor_chip.cpp"
    flags: ClassVar[tuple[str, ...]] = ("-CFLAGS", f"-DCLOCK={CLOCK}")
    functions: ClassVar[tuple[tuple[Any, ...], ...]] = (
        ("run", None, COUNT),
        ("cycles", COUNT),
        ("clocked", COUNT),
        ("timing", None, *[ctypes.c_uint32] * 5),
        ("clock_request", NUMBER),
        ("settle", COUNT, COUNT),
        ("play", None, ctypes.c_char_p, COUNT, COUNT),
        ("left", COUNT),
        ("convert", None, NUMBER),
        ("frame", None, ctypes.c_char_p, ctypes.c_char_p, COUNT, COUNT, COUNT),
    )

    def timing(self, high: int = 2, low: int = 2, lead: int = LEAD, jitter: int = 0, always: bool = False) -> None:
        """Cycles of the core's clock for each phase of ``sck``; see the harness."""
        self.library.chip_timing(self.handle, high, low, lead, jitter, always)

    def run(self, cycles: int) -> None:
        self.library.chip_run(self.handle, cycles)

    def settle(self, limit: int = 1_000_000) -> int:
        """Wait until the chip needs no clock; returns the cycles. Raises TimeoutError when it never rests."""
        waited = self.library.chip_settle(self.handle, limit)
        if waited == limit:
            raise TimeoutError(f"the chip still asks for its clock after {limit} cycles")
        return waited

    @property
    def clock_request(self) -> int:
        return self.library.chip_clock_request(self.handle)

    @property
    def cycles(self) -> int:
        return self.library.chip_cycles(self.handle)

    @property
    def clocked(self) -> int:
        return self.library.chip_clocked(self.handle)

    @property
    def period(self) -> int:
        """Cycles from sample to sample, at `CLOCK` and the chip's rate."""
        return round(CLOCK / self.controller.rate)

    def play(self, codes: np.ndarray, period: int | None = None) -> None:
        """From now on, while time passes, play these codes, one every ``period`` cycles, and no others."""
        played = np.ascontiguousarray(codes, np.uint16).tobytes()
        self.library.chip_play(self.handle, played, len(codes), period or self.period)

    def frame(self, sent: bytes, bits: int | None = None, stop: tuple[int, int] = (0, 0)) -> bytes:
        """What comes back for a frame of so many bits, all of ``sent`` by default.

        stop: after so many bytes the host does nothing for so many cycles.
        """
        received = ctypes.create_string_buffer(len(sent))
        self.library.chip_frame(self.handle, sent, received, 8 * len(sent) if bits is None else bits, *stop)
        return received.raw

    def convert(self, converts: bool) -> None:
        """Whether the converter runs, or stands still for now."""
        self.library.chip_convert(self.handle, converts)

    @property
    def left(self) -> int:
        """Samples that are still to be played."""
        return self.library.chip_left(self.handle)

    def listen(self, samples: int | None = None) -> None:
        """Let so many samples come, all by default, and what they begin come to its end."""
        end = 0 if samples is None else max(0, self.left - samples)
        while self.left > end:
            self.run(self.period)
        self.settle()
