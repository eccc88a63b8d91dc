"""The cocotb regression: every scenario on every kind of core, many cores in one Verilator build."""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import cocotb_test.simulator
import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.rtl.benches import farm
from sparrow_ecg.sim.rtl.verilator import verilator_environment
from sparrow_ecg.sim.tools import BuildError

# cocotb-test makes every signal public, which the farm does not need and which would double the time to compile.
COMPILE = ["--no-public-flat-rw", "-Wno-fatal", "-Wno-lint", "--x-assign", "fast", "--x-initial", "fast", "--noassert"]
MAKE = ["OPT_FAST=-O1", "OPT_SLOW=-O0", "VM_PARALLEL_BUILDS=0", "-j2"]  # compiling takes longer than running


@dataclass(frozen=True)
class Outcome:
    """What one scenario found on one core: ``fault`` is None when all was right. covered: see `benches.covered`."""

    member: Build
    scenario: str
    fault: str | None
    covered: Counter[str] = field(default_factory=Counter)


def small_network() -> Network:
    """Three layers, none a multiple of the few lanes, in which all kinds of neurons fire."""
    return random_network(np.random.default_rng(3), (6, 5, 4, 3), steps=3, weight_bits=4, input_bits=3)


def run_bench(
    folder: Path,
    bench: str,
    on_line: Callable[[str], None] = lambda line: None,
    settings: Mapping[str, str] | None = None,
    top: str = "farm",
) -> ElementTree.Element:
    """Build a farm and run a cocotb bench on it through cocotb-test; returns cocotb's results.

    folder:   from `farm.save`; Verilator does nothing there when it has been there before.
    on_line:  gets each line that the simulation logs.
    settings: environment of the bench.
    top:      the module, in a file of its name in the folder.
    """
    results = folder / "results.xml"
    results.unlink(missing_ok=True)
    environment = verilator_environment() | {"FARM": str(folder), "COCOTB_RESULTS_FILE": str(results)}
    options: dict[str, Any] = {
        "simulator": "verilator",
        "toplevel": top,
        "module": bench,
        "verilog_sources": [str(folder / f"{top}.v")],
        "sim_build": str(folder / "sim"),
        "compile_args": COMPILE,
        "make_args": MAKE,
    }
    with (
        mock.patch.dict(os.environ, environment | dict(settings or {})),
        _listening(on_line) as lines,
        ThreadPoolExecutor(1) as pool,  # cocotb-test takes over Ctrl-C when it runs in the main thread
    ):
        stopped = pool.submit(cocotb_test.simulator.run, **options).exception()  # so it says that a test failed
    if not results.exists():
        raise BuildError(f"cocotb: {stopped}", "\n".join(lines))
    return ElementTree.parse(results).getroot()


def regress(
    members: Sequence[Build],
    seed: int = 0,
    on_line: Callable[[str], None] = lambda line: None,
    cores: Sequence[str] | None = None,
) -> list[Outcome]:
    """Play every scenario to every member. cores: as of `farm.farm`."""
    settings = {"FARM_SEED": str(seed)}
    folder = farm.save(members, farm.farm(members, cores))
    results = run_bench(folder, "sparrow_ecg.sim.rtl.benches.core_bench", on_line, settings)
    outcomes = []
    for case in results.iter("testcase"):
        index, scenario = re.findall(r"=(\w+)", case.attrib["name"])
        failure = next((child for child in case if child.tag in ("failure", "error")), None)
        fault = None if failure is None else failure.get("message") or failure.text or "failed"
        covered = folder / f"covered-{index}-{scenario}.json"
        seen = Counter(json.loads(covered.read_text())) if covered.exists() else Counter()
        outcomes.append(Outcome(members[int(index)], scenario, fault, seen))
    return outcomes


@contextmanager
def _listening(on_line: Callable[[str], None]):
    """What cocotb-test logs goes to ``on_line`` and into a list, not to the console."""
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())
            on_line(lines[-1])

    logger, listener = logging.getLogger("cocotb"), Listener()
    logger.addHandler(listener)
    with mock.patch.object(logger, "propagate", False):
        try:
            yield lines
        finally:
            logger.removeHandler(listener)
