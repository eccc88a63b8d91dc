"""The monitor chip's RTL in Verilator, with a converter that plays a recording into it."""

from __future__ import annotations

import ctypes
from typing import ClassVar

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.rtl.board import Board

CLOCK = 32_768  # Hz: a watch crystal's


class MonitorBoard(Board):
    """A monitor chip with its pins, as `Board`, and a converter at its sample port."""

    flags: ClassVar[tuple[str, ...]] = ("-CFLAGS", f"-DSAMPLES -DCLOCK={CLOCK}")

    def __init__(self, chip: Build):
        super().__init__(chip)
        play, left = self.library.chip_play, self.library.chip_left
        play.restype, play.argtypes = None, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64)
        left.restype, left.argtypes = ctypes.c_uint64, (ctypes.c_void_p,)
        self.library.chip_convert.argtypes = ctypes.c_void_p, ctypes.c_int

    @property
    def period(self) -> int:
        """Cycles from sample to sample, at `CLOCK` and the chip's rate."""
        return round(CLOCK / self.controller.rate)

    def play(self, codes: np.ndarray, period: int | None = None) -> None:
        """From now on, while time passes, play these codes, one every ``period`` cycles, and no others."""
        played = np.ascontiguousarray(codes, np.uint16).tobytes()
        self.library.chip_play(self.handle, played, len(codes), period or self.period)

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
