"""The chip's RTL in Verilator, used through its SPI pins alone: for the fuzz test and for the firmware's driver."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import DATA_BITS
from sparrow_ecg.sim.rtl.engine import Hang, Result
from sparrow_ecg.sim.rtl.verilator import build

HARNESS = Path(__file__).parent / "harness"
FLAGS = (
    *("--cc", "--exe", "--prefix", "Vchip", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert"),
    *("-Wno-fatal", "-Wno-lint", "-CFLAGS", "-fPIC -DNDEBUG", "-LDFLAGS", "-shared"),
)
HANDLE, NUMBER, COUNT = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64


class Board:
    """A chip with its pins. One board is one chip: it may be opened many times from one build.

    source, flags, functions: of the harness; a function is its name, its result, and its arguments after the handle.
    """

    source: ClassVar[str] = "chip.cpp"
    flags: ClassVar[tuple[str, ...]] = ()
    functions: ClassVar[tuple[tuple[Any, ...], ...]] = (("clocks", COUNT), ("miso", NUMBER))

    def __init__(self, chip: Build):
        sources = {"chip.v": chip.verilog, self.source: (HARNESS / self.source).read_text()}
        self.build = chip
        component: Any = chip.component
        self.controller = component.controller
        self.path = build("chip", sources, (*FLAGS, "--top-module", chip.top, *self.flags), "chip.so")
        self.library = library = ctypes.CDLL(str(self.path))
        library.chip_open.restype = HANDLE
        for name, result, *arguments in (
            ("close", None),
            ("reset", None),
            ("irq", NUMBER),
            ("pins", None, NUMBER, NUMBER, NUMBER),
            ("select", None, NUMBER),
            ("frame", None, ctypes.c_char_p, ctypes.c_char_p, COUNT),
            *self.functions,
        ):
            function = getattr(library, f"chip_{name}")
            function.restype, function.argtypes = result, [HANDLE, *arguments]
        self.handle = library.chip_open()

    def close(self) -> None:
        self.library.chip_close(self.handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reset(self) -> None:
        self.library.chip_reset(self.handle)

    def pins(self, cs_n: int, sck: int, mosi: int) -> None:
        self.library.chip_pins(self.handle, cs_n, sck, mosi)

    @property
    def miso(self) -> int | None:
        """What is on the pin; None while the chip does not drive it."""
        seen = self.library.chip_miso(self.handle)
        return seen & 1 if seen & 2 else None

    def frame(self, sent: bytes, bits: int | None = None) -> bytes:
        """What comes back for a frame of so many bits, all of ``sent`` by default."""
        received = ctypes.create_string_buffer(len(sent))
        self.library.chip_frame(self.handle, sent, received, 8 * len(sent) if bits is None else bits)
        return received.raw

    @property
    def irq(self) -> int:
        return self.library.chip_irq(self.handle)

    @property
    def clocks(self) -> int:
        """Of ``sck``, while the chip was selected."""
        return self.library.chip_clocks(self.handle)


class ChipEngine:
    """A chip, each beat through its SPI pins. As `sim.rtl.engine.Engine`, without activity.

    The cycles of a beat are those of its counts, one each as the core takes them, and those of the counter CYCLES.
    """

    def __init__(self, chip: Build):
        self.network = chip.network
        self.board = Board(chip)
        self.protocol = Protocol(self.board.controller.map)
        self.beats = BeatFrames.of(self.board.controller)

    def run(self, counts: np.ndarray, progress: Callable[[int], None] = lambda beats: None) -> Result:
        """Run beats, after a reset; parameters and result are those of `Engine.run`, of one worker."""
        board, beats, look = self.board, self.beats, self.protocol.read("cycles")
        board.reset()
        if image := board.build.image():
            for frame in self.protocol.load(image):
                board.frame(frame)
        board.frame(self.protocol.set("settings", count=1))
        classes = np.zeros(len(counts), dtype=np.int64)
        potentials = np.zeros((len(counts), self.network.outputs), dtype=np.int64)
        busy = np.zeros(len(counts) + 1, dtype=np.int64)
        since = board.clocks
        for n, beat in enumerate(np.asarray(counts)):
            classes[n], potentials[n] = beats.answer(board.frame(beats.classify(beat)))
            if classes[n] < 0:
                raise Hang(n, beats.latency)
            busy[n + 1] = self.protocol.words(board.frame(look))[0]
            progress(1)
        cycles = np.diff(busy) % (1 << DATA_BITS) + self.network.inputs
        return Result(classes, potentials, cycles, board.clocks - since)
