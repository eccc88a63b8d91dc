"""How fast things are: the engine against a plain Verilator loop on the same RTL, the golden model, and starting."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.rtl import harness
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.rtl.verilator import build

PLAIN_FLAGS = (
    *("--cc", "--exe", "--top-module", "core", "-O3", "--x-assign", "fast", "--x-initial", "fast"),
    *("--noassert", "-Wno-fatal", "-Wno-lint", "-CFLAGS", "-DNDEBUG"),
)


STARTS = {  # what a user waits for before anything happens
    "sparrow --help": ("-m", "sparrow_ecg", "--help"),
    "import sparrow_ecg.hw.config": ("-c", "import sparrow_ecg.hw.config"),
}


def startup(rounds: int = 5) -> dict[str, float]:
    """Seconds that each of `STARTS` takes in a process of its own, the least of some."""
    found = dict.fromkeys(STARTS, float("inf"))
    for _ in range(rounds):
        for name, arguments in STARTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def golden_model(core: Build, counts: np.ndarray, rounds: int = 5) -> float:
    """Beats per second of the golden model on one processor, the best of some."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        core.golden(counts)
        seconds.append(time.perf_counter() - start)
    return len(counts) / min(seconds)


def bench(core: Build, counts: np.ndarray, rounds: int = 5) -> dict[str, Any]:
    """Cycles per second on one processor of the engine and of the plain loop, turn by turn, the best of each.

    The core's weights are in rom: the plain loop loads no image. Raises ValueError when the two disagree.
    """
    if core.images:
        raise ValueError("the plain loop loads no image: give a core with weights in rom")
    sources = harness.sources(core)
    bits = core.geometry.class_bits
    wide = bits + core.network.outputs * core.geometry.potential_bits > 64
    klass = f"((result){'[0]' if wide else ''} & {2**bits - 1})"
    sources = {
        "core.v": sources["core.v"],
        "parameters.h": sources["parameters.h"] + f"#define CLASS_OF(result) {klass}\n",
        "plain.cpp": (harness.FOLDER / "plain.cpp").read_text(),
    }
    plain = build("plain", sources, PLAIN_FLAGS, "plain")
    engine = Engine(core)
    speeds: dict[str, list[float]] = {"plain": [], "engine": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "counts"
        np.ascontiguousarray(counts, dtype=np.uint16).tofile(file)
        for _ in range(rounds):
            start = time.perf_counter()
            result = engine.run(counts, workers=1)
            speeds["engine"].append(result.clocks / (time.perf_counter() - start))
            told = subprocess.run([plain, file, str(len(counts))], capture_output=True, text=True, check=True)
            clocks, seconds, classes = told.stdout.split()
            speeds["plain"].append(int(clocks) / float(seconds))
            if int(classes) != result.classes.sum():
                raise ValueError("the plain loop and the engine disagree")
    best = {name: max(values) for name, values in speeds.items()}
    return {
        "network": core.network.name,
        "digest": core.network.digest,
        "beats": len(counts),
        **best,
        "ratio": best["engine"] / best["plain"],
    }
