"""Every beat through the RTL, against the golden model, bit for bit."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import from_dict
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.metrics import evaluate
from sparrow_ecg.model.network.golden import Trace
from sparrow_ecg.model.signals.ecg.splits import BETWEEN
from sparrow_ecg.model.signals.ecg.testset import Heartbeats
from sparrow_ecg.sim.rtl.cocotb_engine import CocotbEngine
from sparrow_ecg.sim.rtl.engine import Engine, Hang, Result

EngineName = Literal["library", "cocotb", "chip"]
OF_HARDWARE = (
    *("accuracy_hardware", "hardware", "per_class", "cycles_per_beat", "cycles_lowest", "cycles_highest"),
    *("simulated_cycles", "simulated_cycles_per_second"),
)
CONTEXT = 8  # beats that run before the one that is looked into, when it is right on its own


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the two said. ``report`` is for JSON, see `compare`; ``result`` is None when the core hung."""

    report: dict[str, Any]
    trace: Trace
    result: Result | None

    @property
    def exact(self) -> bool:
        """Whether every class, potential and cycle count agrees."""
        return not any(self.report[f"mismatched_{what}"] for what in ("beats", "potentials", "cycles"))


def compare(
    core: Build,
    heartbeats: Heartbeats,
    engine: EngineName = "library",
    progress: Callable[[int], None] = lambda beats: None,
) -> Comparison:
    """Run beats through RTL and golden model, and report where they differ.

    progress: told how many beats more are done.

    The report holds the inputs' names, ``beats``, ``potentials`` (how many of each were compared),
    ``mismatched_beats`` (class or a potential differs), ``mismatched_potentials``, ``mismatched_cycles`` (beats that
    took other than `CoreConfig.cycles`), ``accuracy_hardware`` and ``accuracy_golden``, each from its own classes,
    ``hardware`` and ``golden`` (`evaluate` of either), ``per_class`` (of the hardware), ``cycles_per_beat`` (mean) with
    lowest and highest, ``simulated_cycles``, seconds, and ``first_mismatch`` (see `locate`) or None.
    A core that hangs has no answers: all of them count as mismatches, and what is said of the hardware is None.
    """
    counts, beats = heartbeats.counts, heartbeats.beats
    network, config = core.network, core.config
    trace = core.golden(counts)
    start = time.perf_counter()
    simulation = _engine(engine, core)
    built = time.perf_counter()
    try:
        result, hung = simulation.run(counts, progress), None
    except Hang as hang:
        result, hung = None, hang
    seconds = time.perf_counter() - built
    expected = core.cycles(trace)
    records = beats.record if heartbeats.split in BETWEEN else None  # where patients are drawn again
    scores = evaluate(beats.label, trace.classes, beats.classes, records)
    report: dict[str, Any] = {
        "network": network.name,
        "seed": network.provenance.get("seed"),
        "digest": network.digest,
        "split": heartbeats.split,
        "unseen": heartbeats.unseen,
        "config": config.as_dict(),
        "engine": engine,
        "beats": len(counts),
        "potentials": trace.outputs.size,
        "accuracy_golden": scores["accuracy"],
        "golden": scores,
        "build_seconds": built - start,
        "simulation_seconds": seconds,
    }
    if result is None:
        wrong, first = np.ones(len(counts), dtype=bool), hung.beat if hung else 0
        report |= {"mismatched_potentials": trace.outputs.size, "mismatched_cycles": len(counts)}
        report |= dict.fromkeys(OF_HARDWARE)
    else:
        potentials, cycles = result.potentials != trace.outputs, result.cycles != expected
        wrong = potentials.any(axis=1) | (result.classes != trace.classes)
        first = int(np.argmax(wrong if wrong.any() else cycles))
        report |= {"mismatched_potentials": int(potentials.sum()), "mismatched_cycles": int(cycles.sum())}
        scores = evaluate(beats.label, result.classes, beats.classes, records)
        told = scores["accuracy"], scores, scores["per_class"], float(result.cycles.mean())
        extremes = int(result.cycles.min()), int(result.cycles.max())
        report |= dict(zip(OF_HARDWARE, (*told, *extremes, result.clocks, result.clocks / seconds), strict=True))
    report["mismatched_beats"] = int(wrong.sum())
    comparison = Comparison(report, trace, result)
    report["first_mismatch"] = None
    if not comparison.exact:
        record = str(beats.record[first])
        report["first_mismatch"] = {
            "record": record,
            "beat": int(beats.codes[record].peaks.searchsorted(beats.peak[first])),
            **locate(core, counts[: first + 1], comparison),
        }
    return comparison


def _engine(name: EngineName, core: Build) -> Any:
    if name == "chip":
        from sparrow_ecg.sim.rtl.board import ChipEngine  # compiles registers, with a package of the extra `firmware`

        return ChipEngine(replace(core, top="chip"))
    return {"library": Engine, "cocotb": CocotbEngine}[name](core)


def locate(core: Build, counts: np.ndarray, comparison: Comparison) -> dict[str, Any]:
    """Where the last of ``counts`` goes wrong first: what it is, layer, neuron, cycle, expected and seen value.

    The beat runs again on a core that shows each neuron as it leaves the lanes: alone, and behind the beats before
    it when it is right alone (``alone`` tells). Cycle 1 takes the beat's first count. Where neurons cannot be seen,
    or are all right, the result itself says what is wrong.
    """
    network, probed = core.network, Engine(core, activity=True)
    beat, trace, result = len(counts) - 1, comparison.trace, comparison.result
    expected = [
        (k, i, int(potential), int(trace.counts[k + 1][beat, i]) if layer.firing else 0)
        for k, layer in enumerate(network.layers)
        for i, potential in enumerate(trace.potentials[k][beat])
    ]
    names = "layer", "neuron", "cycle", "what", "expected", "seen", "alone"

    def found(*values: Any) -> dict[str, Any]:
        return dict(zip(names, values, strict=True))

    for start in (beat, max(0, beat - CONTEXT)):
        alone = start == beat
        leavers = probed.leavers(counts[start:])
        for (k, i, potential, fired), leaver in zip(expected, leavers, strict=False):
            here = k, i, leaver.cycle
            if (leaver.layer, leaver.neuron) != (k, i):
                return found(*here, "neuron in turn", [k, i], [leaver.layer, leaver.neuron], alone)
            if leaver.potential != potential:
                return found(*here, "potential", potential, leaver.potential, alone)
            if network.layers[k].firing and leaver.fired != fired:
                return found(*here, "fired count", fired, leaver.fired, alone)
        if 0 < len(leavers) < len(expected):
            return found(*expected[len(leavers)][:2], None, "neuron in turn", "it leaves the lanes", "never", alone)
    last = len(network.layers) - 1
    if result is None:
        return found(last, None, None, "result", "one", "none", False)
    cycle = int(result.cycles[beat])
    for i, (right, seen) in enumerate(zip(trace.outputs[beat].tolist(), result.potentials[beat].tolist(), strict=True)):
        if right != seen:
            return found(last, i, cycle, "potential", right, seen, False)
    if result.classes[beat] != trace.classes[beat]:
        return found(last, None, cycle, "class", int(trace.classes[beat]), int(result.classes[beat]), False)
    return found(last, None, cycle, "cycles", int(core.cycles(trace)[beat]), cycle, False)


def describe(report: dict[str, Any], source: str) -> list[str]:
    """Lines that say whether it was exact; if not, what went wrong first, and the command for its waveform.

    source: the network as the user named it.
    """
    wrong, beats = report["mismatched_beats"], report["beats"]
    potentials, missed = report["potentials"], report["mismatched_potentials"]
    counts = f"{beats - wrong} of {beats} beats, {potentials - missed} of {potentials} potentials"
    first = report["first_mismatch"]
    if first is None:
        return [f"bit-exact: {counts}"]
    options = from_dict(report["config"]).options()
    place = f"layer {first['layer']}" + ("" if first["neuron"] is None else f", neuron {first['neuron']}")
    return [
        f"NOT bit-exact: {counts}; {report['mismatched_cycles']} beats took other cycles than predicted",
        f"first: record {first['record']}, beat {first['beat']}: {place}, cycle {first['cycle']}:"
        f" {first['what']} is {first['seen']}, expected {first['expected']}",
        f"its waveform: sparrow wave --network {source} --record {first['record']} --beat {first['beat']} {options}",
    ]


def write(comparison: Comparison, core: Build, folder: Path, what: str = "") -> Path:
    """Write ``compare-<what>-<core>.json``, with the engine's name if it is not the usual one.

    what: tells networks of one name apart; by default ``<network>-<split>``.
    """
    report = comparison.report
    engine = "" if report["engine"] == "library" else f"-{report['engine']}"
    name = f"compare-{what or '-'.join((report['network'], report['split']))}-{core.config.slug(core.network)}{engine}"
    return write_atomic(folder / f"{name}.json", json.dumps(report, indent=1, allow_nan=False) + "\n")
