"""One point, measured: runs in a worker, which needs this package, Liberty files and records, and nothing else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.network import golden
from sparrow_ecg.model.signals.ecg.records import data_root
from sparrow_ecg.sim.gates.design import Design, synthesise
from sparrow_ecg.sim.gates.energy import average, measurement
from sparrow_ecg.sim.studies.hearts import test_beats
from sparrow_ecg.sim.studies.point import Point


@dataclass(frozen=True, eq=False)
class Prepared:
    """A point as gates, which were seen to say what the golden model says of ``chosen``.

    counts, labels, trace: of all test beats. chosen: counts of those that are measured.
    """

    design: Design
    counts: np.ndarray
    labels: np.ndarray
    trace: golden.Trace
    chosen: np.ndarray


def prepare(point: Point, data: Path | None = None) -> Prepared:
    """Build a point and check it. data: the data root, by default this worker's own."""
    root, how = data_root(data), point.measurement
    hearts = test_beats(root, how.split, point.network)
    counts, labels = hearts.counts, hearts.beats.label
    built = synthesise(point.build, how.pdk, root, how.corner, point.flow)
    chosen = counts[np.random.default_rng(how.seed).permutation(len(counts))[: how.beats]]
    _, mismatched = measurement.check(built, chosen)
    if mismatched:
        raise measurement.Mismatch(f"{mismatched} of {len(chosen)} beats differ from the golden model")
    return Prepared(built, counts, labels, point.build.golden(counts), chosen)


def measure(point: Point, data: Path | None = None) -> dict[str, Any]:
    """Accuracy and cycles over all test beats by the golden model; cells, area and energy of some at gate level.
    JSON-ready. Arguments as of `prepare`.
    """
    start = time.monotonic()
    ready = prepare(point, data)
    design, how = ready.design, point.measurement
    hot = average.hot(design.netlist.library, data_root(data))
    figures = measurement.summary(design, measurement.energy(design, ready.chosen), how.clock_mhz, hot)
    described = design.describe()
    return {
        "accuracy": float((ready.trace.classes == ready.labels).mean()),
        "test_beats": len(ready.counts),
        "cycles_per_beat": float(point.build.cycles(ready.trace).mean()),
        **{name: described[name] for name in ("area_um2", "cells", "registers", "fmax_mhz", "corner")},
        **{
            name: figures[name]
            for name in (
                *("energy_per_beat_nj", "energy_split_nj", "layers_nj", "energy_without_glitches_nj"),
                *("leakage_nw", "average_nw"),
            )
        },
        "seconds": time.monotonic() - start,
    }
