"""A design's energy at gate level, told apart as a technology table needs it: runs in a worker."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.sim.energy import calibration
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.studies.measure import prepare
from sparrow_ecg.sim.studies.point import Point


def observe(point: Point, data: Path | None = None) -> dict[str, Any]:
    """Energy of a design by part, group of blocks and kind, and its operations on the same beats."""
    ready = prepare(point, data)
    measured = measurement.energy(ready.design, ready.chosen)
    parts, blocks = [], ready.design.build.core.blocks
    for part in measured.parts.values():
        groups: dict[str, float] = defaultdict(float)
        for block, kinds in part.blocks.items():
            for kind, femtojoules in kinds.items():
                name = f"{calibration.group(block, blocks)}.{'clock' if kind == 'clock' else 'logic'}"
                groups[name] += femtojoules * 1e-3 / measured.beats
        parts.append(dict(groups))
    config, trace = point.config, point.build.golden(ready.chosen)
    assert isinstance(config, Serial)
    activity = predict(
        point.network, trace, neuron=config.neuron, zero_skip=config.zero_skip, lanes=config.lanes
    ).as_dict()
    library = ready.design.library
    return {"parts": parts, "activity": activity, "corner": library.corner if library else ""}
