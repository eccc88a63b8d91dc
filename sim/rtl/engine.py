"""The RTL as a shared library: every beat of every record, at the speed of a plain Verilator loop."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.rtl import harness
from sparrow_ecg.sim.rtl.verilator import build

FLAGS = (
    *("--cc", "--exe", "--top-module", "harness", "-O3", "--x-assign", "fast", "--x-initial", "fast"),
    *("--output-split-cfuncs", "1000"),  # a tree of adders in one function takes the compiler five minutes, not one
    *("--noassert", "-Wno-fatal", "-Wno-lint", "-CFLAGS", "-fPIC -fvisibility=hidden -DNDEBUG", "-LDFLAGS", "-shared"),
)


class Hang(VerificationError):
    """The core gave no result for a beat. ``beat`` is its position in the counts."""

    def __init__(self, beat: int, cycles: int):
        self.beat = beat
        super().__init__(f"no result for beat {beat} within {cycles} cycles")


@dataclass(frozen=True, eq=False)
class Result:
    """What the RTL said.

    classes:    int64[beats]
    potentials: int64[beats, outputs]
    cycles:     int64[beats], from the first count of a beat to its result, both included
    clocks:     clock cycles simulated in all
    activity:   None, or by probe of the core's metadata what it counted, int64[beats, layers]; the storing of a
                beat's inputs belongs to layer 0
    """

    classes: np.ndarray
    potentials: np.ndarray
    cycles: np.ndarray
    clocks: int
    activity: dict[str, np.ndarray] | None = None


@dataclass(frozen=True)
class Leaver:
    """A neuron as it left the lanes: its potential, the count with which it fired, and the cycle of its beat."""

    layer: int
    neuron: int
    potential: int
    fired: int
    cycle: int


def patience(core: Build) -> int:
    """Cycles after which a beat without a result is given up."""
    return 2 * core.longest + 1000


class Engine:
    """A core, built as a shared library (or taken from the cache).

    activity: count what the core's probes say, and keep what each neuron did in the last beat; slower.
    waves:    None, or ``fst`` or ``vcd``, for `record`.
    """

    def __init__(self, core: Build, activity: bool = False, waves: str | None = None):
        self.network = core.network
        self.probes = list(core.core.probes) if activity else []
        self.limit = patience(core)
        self.image = core.image()
        sources = harness.sources(core, activity)
        sources["engine.cpp"] = (harness.FOLDER / "engine.cpp").read_text()
        flags = [*FLAGS, *([f"--trace-{waves}", "--trace-structs"] if waves else [])]
        self.path = build("engine", sources, flags, "engine.so")
        self._library = _load(self.path)

    def run(
        self,
        counts: np.ndarray,
        progress: Callable[[int], None] = lambda beats: None,
        stall: int = 0,
        workers: int = 2,
    ) -> Result:
        """Run beats back to back, after a reset, on ``workers`` models that each take a run of them.

        counts:   integers[beats, inputs].
        progress: told how many beats more are done, from any worker's thread.
        stall:    a seed of random stalls on both streams, or 0 for none: results must not depend on it.
        Raises `Hang` when a beat gives no result in more than twice the cycles that the longest needs.
        """
        beats = len(counts)
        counts = np.ascontiguousarray(counts, dtype=np.uint16)
        columns = self._columns(beats)
        stop = Event()  # a worker hung, or Ctrl-C

        def work(first: int, last: int) -> int:
            with _Simulator(self._library, self.image) as simulator:
                for start in range(first, last, harness.BLOCK):
                    if stop.is_set():
                        break
                    block = slice(start, min(start + harness.BLOCK, last))
                    size = block.stop - start
                    limit = (size * self.limit + len(self.image)) * (16 if stall else 1)
                    seed = (stall + start) % 2**32 or 1 if stall else 0
                    answered = simulator.run(counts[block], seed, limit, [column[block] for column in columns])
                    if answered < size:
                        stop.set()
                        raise Hang(start + answered, limit)
                    progress(size)
            return simulator.clocks.value

        edges = np.linspace(0, beats, max(1, min(workers, beats)) + 1).astype(int).tolist()
        with ThreadPoolExecutor(len(edges) - 1) as pool:  # ctypes lets go of Python's lock
            try:
                clocks = sum(pool.map(work, edges[:-1], edges[1:]))
            finally:
                stop.set()
        classes, potentials, cycles, activity = columns
        counted = {name: activity[:, k] for k, name in enumerate(self.probes)} if self.probes else None
        return Result(classes.astype(np.int64), potentials, cycles.astype(np.int64), clocks, counted)

    def leavers(self, counts: np.ndarray) -> list[Leaver]:
        """Every neuron of the last of some beats, integers[beats, inputs], in the order in which they left the lanes.

        Of a core that hangs, those of the last beat that was begun; of one without lanes, none. Needs ``activity``.
        """
        rows = np.zeros((2 * sum(layer.neurons for layer in self.network.layers), 5), np.int64)
        with _Simulator(self._library, self.image) as simulator:
            self._run_few(simulator, counts)
            found = self._library.simulator_left(simulator.handle, _address(rows))
        return [Leaver(*row) for row in rows[:found].tolist()]

    def record(self, counts: np.ndarray, path: Path) -> bool:
        """Write the waveform of some beats, integers[beats, inputs], from reset on; False when results were missing.

        At most `harness.BLOCK` beats. Needs ``waves``.
        """
        with _Simulator(self._library, self.image, path) as simulator:
            return self._run_few(simulator, counts)

    def _run_few(self, simulator: _Simulator, counts: np.ndarray) -> bool:
        counts = np.ascontiguousarray(counts, dtype=np.uint16)
        limit = self.limit * len(counts) + len(self.image)
        return simulator.run(counts, 0, limit, self._columns(len(counts))) == len(counts)

    def _columns(self, beats: int) -> list[np.ndarray]:
        """Room for classes, potentials, cycles and activity."""
        sizes = (), (self.network.outputs,), (), (len(self.probes), len(self.network.layers))
        kinds = np.int32, np.int64, np.int32, np.int64
        return [np.empty((beats, *size), kind) for size, kind in zip(sizes, kinds, strict=True)]


class _Simulator:
    """One model, out of reset, for as long as a ``with`` block lasts."""

    def __init__(self, library: ctypes.CDLL, image: bytes, wave: Path | None = None):
        self.library = library
        self.arguments = image, str(wave).encode() if wave else None
        self.clocks = ctypes.c_uint64()

    def __enter__(self) -> _Simulator:
        self.handle = ctypes.c_void_p(self.library.simulator_open(*self.arguments))
        return self

    def __exit__(self, *_: object) -> None:
        self.library.simulator_close(self.handle)

    def run(self, counts: np.ndarray, stall: int, limit: int, columns: list[np.ndarray]) -> int:
        """Fill the columns with one block; returns how many beats gave a result within ``limit`` cycles."""
        return self.library.simulator_run(
            self.handle,
            _address(counts),
            len(counts),
            ctypes.c_uint32(stall),
            ctypes.c_uint64(limit),
            *map(_address, columns),
            ctypes.byref(self.clocks),
        )


def _address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    library.simulator_open.restype = ctypes.c_void_p
    return library
