"""Every sample of records through the monitor's RTL, against the golden model of the whole chain."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.config import CoreConfig
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import FrontEnd, Heard
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.model.scoring import ec57
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.sim.rtl import told
from sparrow_ecg.sim.rtl.monitor import NAMES, MonitorEngine, Seen

FIELDS = ("block", "peak", "previous", "judged", "counts", "potentials", "klass")


@dataclass(frozen=True)
class Difference:
    """The first of a record: in which sample and block, of which signal, what was expected and what was seen."""

    record: str
    sample: int
    block: int
    signal: str
    expected: Any
    seen: Any

    def __str__(self) -> str:
        return (
            f"record {self.record}, sample {self.sample}, block {self.block}: {self.signal} is {self.seen}, expected"
            f" {self.expected}"
        )


@dataclass(frozen=True, eq=False)
class Compared:
    """A record. blocks, beats: compared. wrong: how many differ in anything. clocks, longest: as `Seen` has them.
    seconds: of the RTL, of all.

    beside: what the RTL told, beside the annotations.
    """

    record: str
    samples: int
    blocks: int
    beats: int
    wrong: int
    clocks: int
    longest: int
    seconds: tuple[float, float]
    first: Difference | None
    beside: ec57.Compared


def compare(monitor: Build, records: Sequence[Record], workers: int = 2) -> Iterator[Compared]:
    """Each record on its own from reset on, in their order, as it is done.

    What is compared: every probe after every block; of every beat the block in which it is told, its peak, interval,
    whether it is judged, and if so its counts, potentials and class.
    Raises `VerificationError` when the RTL hangs.
    """
    MonitorEngine(monitor)  # built once, before others look for it
    given = monitor.network, monitor.config, monitor.rate, monitor.replacement
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=given) as pool:
        yield from pool.map(_one, records)


def _begin(network: Network, config: CoreConfig, rate: float, replacement: str | None) -> None:
    global _engine
    _engine = MonitorEngine(Build(network, config, "monitor", rate=rate, replacement=replacement))


_engine: MonitorEngine


def _one(record: Record) -> Compared:
    return compare_one(_engine, record)


def compare_one(engine: MonitorEngine, record: Record, stall: int = 0) -> Compared:
    """One record. stall: as `MonitorEngine.run` has it."""
    codes = record.codes
    start = time.perf_counter()
    seen = engine.run(codes, stall)
    simulated = time.perf_counter() - start
    front = FrontEnd.of(engine.monitor.network, engine.monitor.rate)
    heard = front.run(codes, probed=True)
    trace = golden.run(engine.monitor.network, heard.counts, engine.monitor.config.neuron)
    wrong, first = differences(front, record.name, heard, trace, seen)
    seconds = simulated, time.perf_counter() - start
    sizes = len(codes), len(heard.off), len(heard.block)
    return Compared(
        record.name, *sizes, wrong, seen.clocks, seen.longest, seconds, first, told.compared(front, record, seen)
    )


def differences(front: FrontEnd, record: str, heard: Heard, trace: Trace, seen: Seen) -> tuple[int, Difference | None]:
    """Blocks and beats that differ in anything, and what differs first."""
    found: list[tuple[int, str, Any, Any]] = []
    wrong = 0
    assert heard.states is not None
    blocks = min(len(heard.states), len(seen.states))
    differs = heard.states[:blocks] != seen.states[:blocks]
    wrong += int(differs.any(axis=1).sum()) + abs(len(heard.states) - len(seen.states))
    if differs.any():
        block = int(differs.any(axis=1).argmax())
        probe = int(differs[block].argmax())
        found.append((block, NAMES[probe], int(heard.states[block, probe]), int(seen.states[block, probe])))
    if len(heard.states) != len(seen.states):
        found.append((blocks, "blocks", len(heard.states), len(seen.states)))

    expected = _expected(heard, trace)
    beats = min(len(heard.block), len(seen.block))
    bad = np.zeros(beats, bool)
    for name in FIELDS:
        right, answer = expected[name][:beats], getattr(seen, name)[:beats]
        unequal = (right != answer).reshape(beats, -1).any(axis=1)
        if name in ("counts", "potentials", "klass"):
            unequal &= heard.judged[:beats]
        if unequal.any():
            beat = int(unequal.argmax())
            found.append(
                (int(heard.block[beat]), f"{name} of beat {beat}", right[beat].tolist(), answer[beat].tolist())
            )
        bad |= unequal
    wrong += int(bad.sum()) + abs(len(heard.block) - len(seen.block))
    if len(heard.block) != len(seen.block):
        found.append((int(max(heard.block[beats:], default=blocks)), "beats", len(heard.block), len(seen.block)))
    if not found:
        return 0, None
    block, signal, right, answer = min(found, key=lambda each: each[0])
    ticks = np.array([BLOCK * (block + 1) - 1])
    return wrong, Difference(record, int(front.ticks.sample_of(ticks)[0]), block, signal, right, answer)


def _expected(heard: Heard, trace: Trace) -> dict[str, np.ndarray]:
    return {
        "block": heard.block,
        "peak": heard.peak // BLOCK,
        "previous": heard.rhythm[:, 0] // BLOCK,
        "judged": heard.judged,
        "counts": heard.counts,
        "potentials": trace.outputs,
        "klass": trace.classes,
    }
