"""What EEG networks take: energy of the thesis's by formula, and the RTL's own in the RTL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.model.network import from_json
from sparrow_ecg.model.signals.images.pictures import Pictures
from sparrow_ecg.sim.energy import graph
from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.rtl.pictures import compare
from sparrow_ecg.sim.studies.eeg import shades


def energies(layers: Sequence[Mapping[str, Any]], steps: int) -> dict[str, dict[str, float]]:
    """pJ of a picture by technology, with memory and without: see `graph.spatial`. layers: as of `eeg.work`."""
    did = [graph.LayerWork(**layer) for layer in layers]
    tables = [each for table in TECHNOLOGIES.values() for each in (table, graph.arithmetic(table))]
    return {table.name: graph.spatial(did, steps, table) for table in tables}


def through_rtl(text: str, segments: Pictures, progress: Callable[[int], None] = lambda n: None) -> dict[str, Any]:
    """Segments through the RTL of a dense network, serial core: what differs from the golden model, cycles too."""
    network = from_json(text)
    build = Build(network, choose(network, datapath="serial"))
    inputs = shades(segments.pixels)
    trace, seen = build.golden(inputs), Engine(build).run(inputs, progress)
    wrong = (seen.potentials != trace.outputs).any(axis=1) | (seen.classes != trace.classes)
    return {
        "digest": network.digest,
        "core": f"{'-'.join(map(str, network.shape))}, {build.config}",
        "segments": len(inputs),
        "mismatched_segments": int(wrong.sum()),
        "mismatched_cycles": int((seen.cycles != build.cycles(trace)).sum()),
        "cycles_per_segment": float(seen.cycles.mean()),
    }


def convolutions_through_rtl(
    text: str, segments: Pictures, progress: Callable[[int], None] = lambda n: None
) -> dict[str, Any]:
    """The same of a network with convolutions, on the picture core."""
    network = from_json(text)
    build = Build(network, choose(network))
    report = compare(build, segments, progress)
    return {
        "digest": network.digest,
        "core": f"{network.synapses:,} weights, {build.config}",
        "segments": report["pictures"],
        "mismatched_segments": report["mismatched_pictures"],
        "mismatched_cycles": report["mismatched_cycles"],
        "cycles_per_segment": report["cycles_per_picture"],
    }
