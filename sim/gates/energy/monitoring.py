"""Average power of a monitor's netlist on stretches of records: all that a battery sees but pads and converter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparrow_ecg.hw.frontend.monitor import Monitor, compare
from sparrow_ecg.hw.host.ads129x_monitor import Ads129xMonitor
from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import average
from sparrow_ecg.sim.gates.energy.measurement import STEP
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity
from sparrow_ecg.sim.gates.energy.power import KINDS, Meter, MeteredEnergy, add
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.run.converting import frames
from sparrow_ecg.sim.gates.run.gatesim import LANES
from sparrow_ecg.sim.gates.run.monitorsim import CLOCK_HZ, MonitorSimulator

HELD = BLOCK + 1  # samples that may come while a block is worked on: those of the next one, and one waits
SETTLING = 6.0  # s from reset on, in which the detector learns; not measured


@dataclass(frozen=True, eq=False)
class Stretches:
    """Where each lane's samples are from: codes int64[lanes, samples], each with the record's name and first sample."""

    codes: np.ndarray
    of: tuple[tuple[str, int], ...]


def draw(records: Mapping[str, np.ndarray], seconds: float, seed: int, rate: float = SAMPLING_RATE) -> Stretches:
    """A stretch in each lane, of all records in turn, each from a place drawn at random; `SETTLING` comes on top."""
    rng = np.random.default_rng(seed)
    names = [name for _, name in zip(range(LANES), _again(sorted(records)), strict=False)]
    samples = round((SETTLING + seconds) * rate)
    starts = [int(rng.integers(0, max(1, len(records[name]) - samples))) for name in names]
    codes = np.stack([records[name][first : first + samples] for name, first in zip(names, starts, strict=True)])
    return Stretches(codes, tuple(zip(names, starts, strict=True)))


def _again(names: list[str]):
    while True:
        yield from names


def check(design: Design, stretches: Stretches, answers: Sequence[Any]) -> tuple[int, int]:
    """How many beats the netlist told in its answers to the stretches, and how many differ from the golden model's in
    time, interval, class or any potential, as far as a monitor tells it; a beat too many or too few differs.
    """
    each_lane = _events if design.build.top == "monitor_chip" else _fields
    found = [each_lane(design, *each) for each in zip(stretches.codes, answers, strict=True)]
    return sum(told for told, _ in found), sum(wrong for _, wrong in found)


def _fields(design: Design, codes: np.ndarray, fields: Mapping[str, np.ndarray]) -> tuple[int, int]:
    """Of a monitor, with an adapter or without."""
    monitor = design.build.component
    if isinstance(monitor, Ads129xMonitor):
        monitor, codes = monitor.monitor, monitor.adapter.compute(frames(codes, monitor.adapter))
    assert isinstance(monitor, Monitor)
    return compare(monitor, codes, fields)


def _events(design: Design, codes: np.ndarray, read: Sequence[Any]) -> tuple[int, int]:
    """Of a monitor chip: what its host has read."""
    from sparrow_ecg.hw.host.monitor_model import record_events  # as the chip, needs SystemRDL

    expected = record_events(design.build.monitor_chip.controller, codes)
    differ = sum(a != b for a, b in zip(read, expected, strict=False))
    return len(read), differ + abs(len(read) - len(expected))


@dataclass(frozen=True)
class Measured:
    """parts: with glitches, by what the design is at; still: without. beats: told in ``seconds`` of ECG, of all.
    answers: of each lane what it told, from reset on. unequal: cycles in which a lane told otherwise with delays.
    longest: see `MonitorSimulator`.
    """

    parts: dict[str, MeteredEnergy]
    still: MeteredEnergy
    beats: int
    seconds: float
    answers: Sequence[Any]
    unequal: int
    longest: int

    @property
    def dynamic_nw(self) -> float:
        """Without the gate at the root of the clock."""
        return sum(part.total() for part in self.parts.values()) * 1e-6 / self.seconds


def measure(
    design: Design,
    stretches: Stretches,
    progress: Callable[[int], None] = lambda samples: None,
    simulator: MonitorSimulator | None = None,
) -> Measured:
    """Energy of the stretches without their first `SETTLING`. progress: told how many samples more are done.
    simulator: other than the design's own.
    """
    timing, unseen = design.timing, round(SETTLING * design.build.rate)
    step = max(timing.period * STEP, 1e-4)
    parts: dict[str, list[MeteredEnergy]] = defaultdict(list)
    still: list[MeteredEnergy] = []
    beats = 0
    simulator = simulator or design.monitor
    for piece in simulator.pieces(stretches.codes, timing.delays, step, unseen, progress):
        meter = Meter(design.netlist, timing, NetActivity(piece.snapshots))
        still.append(meter.energy())
        parts[piece.part].append(meter.energy(piece.moves))
        beats += piece.beats
    lanes, samples = stretches.codes.shape
    seconds = lanes * (samples - unseen) / design.build.rate
    whole = {name: add(each) for name, each in parts.items()}
    told = simulator.answers(), simulator.unequal, simulator.longest
    return Measured(whole, add(still), beats, seconds, *told)


def summary(design: Design, measured: Measured, hot: Library | None) -> dict[str, Any]:
    """Powers in nW, JSON-ready. hot: see `average.leakage`."""
    whole = add(list(measured.parts.values()))
    hertz = clock_hz(measured.longest, design.build.rate)
    root = root_gate(design.netlist.library, hertz)
    dynamic = measured.dynamic_nw + root
    leakage = average.leakage(whole.leakage_nw, design.netlist, hot)
    blocks = {
        name: {
            **{kind: whole.blocks.get(name, {}).get(kind, 0.0) * 1e-6 / measured.seconds for kind in KINDS[:3]},
            "leakage": whole.leakage.get(name, 0.0),
        }
        for name in whole.blocks.keys() | whole.leakage.keys()
    }
    blocks["root gate"] = dict.fromkeys(KINDS, 0.0) | {"clock": root}
    per_second = {name: part.total() * 1e-6 / measured.seconds for name, part in measured.parts.items()}
    return {
        "average_power_nw": {temperature: dynamic + value for temperature, value in leakage.items()},
        "dynamic_nw": dynamic,
        "dynamic_without_glitches_nw": measured.still.total() * 1e-6 / measured.seconds + root,
        "leakage_nw": leakage,
        "active_nj_per_beat": dynamic * measured.seconds / max(measured.beats, 1),
        "beats": measured.beats,
        "seconds": measured.seconds,
        "beats_a_minute": 60 * measured.beats / measured.seconds,
        "parts_nw": per_second,
        "clock_hz": hertz,
        "clocks_per_second": whole.cycles / measured.seconds,
        "longest_work": measured.longest,
        "blocks": dict(sorted(blocks.items(), key=lambda item: -sum(item[1].values()))),
    }


def clock_hz(longest: int, rate: float) -> int:
    """The clock that always runs: `CLOCK_HZ`, doubled until the longest work ends before samples are lost."""
    hertz = CLOCK_HZ
    while longest * rate > HELD * hertz:
        hertz *= 2
    return hertz


def root_gate(library: Library, hertz: float) -> float:
    """nW that one clock gate takes whose clock always runs, and which lets none through: its pin and its inside."""
    cell = library.cells[library.pdk.clock_gate[0]]
    pin = next(pin for pin in cell.pins.values() if pin.clock)
    tables = [table for power in pin.powers for table in (power.rise, power.fall) if table]
    inside = 2 * sum(table.at(library.pdk.slew, 0.0) for table in tables) / max(len(tables), 1)
    return hertz * (inside + library.voltage**2 * pin.capacitance) * 1e-6
