"""The monitor as a shared library: every sample of a record, and all that is to be seen of it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.frontend.monitor import Monitor, beat_layout, decode
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import PROBES
from sparrow_ecg.sim.rtl import harness
from sparrow_ecg.sim.rtl.engine import FLAGS
from sparrow_ecg.sim.rtl.verilator import build

REGISTERS = {  # where in the RTL each of `PROBES` is
    "detector": "dut.front.detector.{}",
    "quality": "dut.front.quality.{}",
    "state": "dut.front.{}",
}
RENAMED = {"off": "was", "mean": "rhythm.mean"}
NAMES = [name for names in PROBES.values() for name in names]


@dataclass(frozen=True, eq=False)
class Seen:
    """What the RTL did with a record of n beats and some blocks.

    block, peak, previous, judged, klass: int64[n], as of `hw.frontend.frontend.BEAT`; block: in which it was told.
    potentials: int64[n, outputs]
    counts:     int64[n, inputs], those that the core took before it
    states:     int64[blocks, probes], in the order of `FrontEnd.probes`
    clocks:     cycles simulated; longest: of them, of the longest work on a block
    """

    block: np.ndarray
    peak: np.ndarray
    previous: np.ndarray
    judged: np.ndarray
    klass: np.ndarray
    potentials: np.ndarray
    counts: np.ndarray
    states: np.ndarray
    clocks: int
    longest: int


class MonitorEngine:
    """A monitor, built as a shared library, or taken from the cache. waves: None, or ``fst`` or ``vcd``."""

    def __init__(self, monitor: Build, waves: str | None = None):
        assert isinstance(monitor.component, Monitor)
        self.monitor = monitor
        self.layout = beat_layout(monitor.geometry)
        self.words = -(-self.layout.size // 32)
        self.probes = monitor.component.front.front.probes
        parameters = {
            "BEAT_BITS": self.layout.size,
            "COUNT_BITS": monitor.geometry.input_bits,
            "PROBES": len(self.probes),
            "INPUTS": monitor.network.inputs,
            "WORDS": self.words,
        }
        places = [REGISTERS[part].format(RENAMED.get(name, name)) for part, name in self.probes]
        probed = "`define PROBED " + " ".join(f"assign probes[{k}] = 32'({place});" for k, place in enumerate(places))
        sources = {
            "monitor.v": monitor.verilog,
            "monitor.sv": (harness.FOLDER / "monitor.sv").read_text(),
            "monitor.cpp": (harness.FOLDER / "monitor.cpp").read_text(),
            "monitor_parameters.h": "".join(f"#define {name} {value}\n" for name, value in parameters.items()),
        }
        defines = "".join(f"`define {name} {value}\n" for name, value in parameters.items())
        sources["monitor.sv"] = f"{defines}{probed}\n{sources['monitor.sv']}"
        flags = [*FLAGS, *([f"--trace-{waves}", "--trace-structs"] if waves else [])]
        self.library = ctypes.CDLL(str(build("monitor", sources, flags, "monitor.so")))
        self.library.monitor_open.restype = ctypes.c_void_p

    def run(self, codes: np.ndarray, stall: int = 0, wave: Path | None = None, shown_from: int = 0) -> Seen:
        """Play a record from reset on: int64[samples].

        stall: a seed of random stalls of samples and beats, or 0 for none: results must not depend on it.
        wave:  where the waveform goes, from sample ``shown_from`` on.
        Raises `VerificationError` when it hangs, or tells more than one beat a block.
        """
        ticks = int(len(codes) / self.monitor.component.front.front.ticks.step)  # type: ignore[union-attr]
        most = ticks // BLOCK + 2
        probes, told_in = np.zeros((most, len(self.probes)), np.int32), np.zeros(most, np.int32)
        bits = np.zeros((most, self.words), np.uint32)
        counts = np.zeros((most, self.monitor.network.inputs), np.uint16)
        blocks, beats, clocks, longest = (ctypes.c_uint64() for _ in range(4))
        samples = np.ascontiguousarray(codes, np.uint16)
        handle = ctypes.c_void_p(self.library.monitor_open(str(wave).encode() if wave else None))
        try:
            done = self.library.monitor_run(
                *(
                    handle,
                    _address(samples),
                    ctypes.c_uint64(len(samples)),
                    ctypes.c_uint32(stall),
                    ctypes.c_uint64(shown_from),
                ),
                *(ctypes.c_uint64(most), ctypes.c_uint64(most)),
                *map(_address, (probes, told_in, bits, counts)),
                *map(ctypes.byref, (blocks, beats, clocks, longest)),
            )
        finally:
            self.library.monitor_close(handle)
        if not done:
            raise VerificationError(f"the monitor hangs after {blocks.value} blocks and {beats.value} beats")
        n = beats.value
        fields = decode(self.monitor.geometry, np.unpackbits(bits[:n].view(np.uint8), axis=1, bitorder="little"))
        return Seen(
            block=told_in[:n].astype(np.int64),
            **fields,
            counts=counts[:n].astype(np.int64),
            states=probes[: blocks.value].astype(np.int64),
            clocks=clocks.value,
            longest=longest.value,
        )


def _address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
