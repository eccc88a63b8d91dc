"""The chip's RTL in Verilator, used through its SPI pins alone: for the fuzz test and for the firmware's driver."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.host.hosted import Hosted
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import DATA_BITS
from sparrow_ecg.hw.host.spi import LEAD
from sparrow_ecg.sim.rtl.engine import Hang, Result, patience
from sparrow_ecg.sim.rtl.verilator import build

SOURCE = Path(__file__).parent / "harness" / "spi.cpp"
FLAGS = (
    *("--cc", "--exe", "--prefix", "Vchip", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert"),
    *("-Wno-fatal", "-Wno-lint", "-CFLAGS", "-fPIC -DNDEBUG", "-LDFLAGS", "-shared"),
)


class Board:
    """A chip with its pins, and a clock that stands still while the chip does not ask for it.

    One board is one chip: it may be opened many times from one build.
    """

    flags: ClassVar[tuple[str, ...]] = ()  # of a board with more on it

    def __init__(self, chip: Build):
        sources = {"chip.v": chip.verilog, "spi.cpp": SOURCE.read_text()}
        assert isinstance(chip.component, Hosted)
        self.build = chip
        self.controller = chip.component.controller
        self.path = build("chip", sources, (*FLAGS, "--top-module", chip.top, *self.flags), "chip.so")
        self.library = library = ctypes.CDLL(str(self.path))
        handle, number, count = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64
        for name, result, *arguments in (
            ("open", handle),
            ("close", None, handle),
            ("reset", None, handle),
            ("run", None, handle, count),
            ("cycles", count, handle),
            ("clocked", count, handle),
            ("timing", None, handle, *[ctypes.c_uint32] * 5),
            ("irq", number, handle),
            ("clock_request", number, handle),
            ("pins", None, handle, number, number, number),
            ("select", None, handle, number),
            ("frame", None, handle, ctypes.c_char_p, ctypes.c_char_p, count, count, count),
            ("settle", count, handle, count),
        ):
            function = getattr(library, f"chip_{name}")
            function.restype, function.argtypes = result, arguments
        self.handle = library.chip_open()

    def close(self) -> None:
        self.library.chip_close(self.handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def timing(self, high: int = 2, low: int = 2, lead: int = LEAD, jitter: int = 0, always: bool = False) -> None:
        """Cycles of the core's clock for each phase of ``sck``; see the harness."""
        self.library.chip_timing(self.handle, high, low, lead, jitter, always)

    def reset(self) -> None:
        self.library.chip_reset(self.handle)

    def run(self, cycles: int) -> None:
        self.library.chip_run(self.handle, cycles)

    def pins(self, cs_n: int, sck: int, mosi: int) -> None:
        self.library.chip_pins(self.handle, cs_n, sck, mosi)

    def frame(self, sent: bytes, bits: int | None = None, stop: tuple[int, int] = (0, 0)) -> bytes:
        """What comes back for a frame of so many bits, all of ``sent`` by default.

        stop: after so many bytes the host does nothing for so many cycles.
        """
        received = ctypes.create_string_buffer(len(sent))
        self.library.chip_frame(self.handle, sent, received, 8 * len(sent) if bits is None else bits, *stop)
        return received.raw

    def settle(self, limit: int = 1_000_000) -> int:
        """Wait until the chip needs no clock; returns the cycles. Raises TimeoutError when it never rests."""
        waited = self.library.chip_settle(self.handle, limit)
        if waited == limit:
            raise TimeoutError(f"the chip still asks for its clock after {limit} cycles")
        return waited

    @property
    def irq(self) -> int:
        return self.library.chip_irq(self.handle)

    @property
    def clock_request(self) -> int:
        return self.library.chip_clock_request(self.handle)

    @property
    def cycles(self) -> int:
        return self.library.chip_cycles(self.handle)

    @property
    def clocked(self) -> int:
        return self.library.chip_clocked(self.handle)


class ChipEngine:
    """A chip, each beat through its SPI pins. As `sim.rtl.engine.Engine`, without activity.

    The cycles of a beat are those of its counts, one each as the core takes them, and those of the counter CYCLES.
    """

    def __init__(self, chip: Build):
        self.network = chip.network
        self.board = Board(chip)
        self.limit = patience(chip)
        self.protocol = Protocol(self.board.controller.map)

    def run(self, counts: np.ndarray, progress: Callable[[int], None] = lambda beats: None) -> Result:
        """Run beats, after a reset; parameters and result are those of `Engine.run`, of one worker."""
        board, protocol, outputs = self.board, self.protocol, self.network.outputs
        fetch, look = protocol.read("result", 1 + outputs), protocol.read("cycles")
        board.reset()
        if image := board.build.image():
            for frame in protocol.load(image):
                board.frame(frame)
        board.frame(protocol.set("settings", count=1))
        answers = np.zeros((len(counts), 1 + outputs), dtype=np.int64)
        busy = np.zeros(len(counts) + 1, dtype=np.int64)
        since = board.clocked
        for n, beat in enumerate(np.asarray(counts)):
            board.frame(protocol.start(beat))
            try:
                board.settle(self.limit)
            except TimeoutError:
                raise Hang(n, self.limit) from None
            answers[n], busy[n + 1] = protocol.words(board.frame(fetch)), protocol.words(board.frame(look))[0]
            progress(1)
        classes, potentials = protocol.answer(answers)
        cycles = np.diff(busy) % (1 << DATA_BITS) + self.network.inputs
        return Result(classes, potentials, cycles, board.clocked - since)
