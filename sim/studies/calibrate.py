"""Serial cores at gate level: what a technology table is fitted to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.energy import calibration
from sparrow_ecg.sim.energy.calibration import Observation
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.studies.measure import prepare
from sparrow_ecg.sim.studies.space import Measurement, Point, Space, unique

NETWORKS = ("tiny", "tiny-intra-1", "tiny-intra-2")
# Trained for this: other widths than the 5-bit weights and 4-bit inputs of those tell multiplication from addition, and
# more neurons tell a word that is read from the table that it is read from.
TRAINED = ({"weight_bits": 8}, {"weight_bits": 8, "input_bits": 8, "steps": 15}, {"hidden": (40,)}, {"hidden": (96,)})
SPACES = (  # of the first of NETWORKS; of the others and of those trained, the first space
    Space(lanes=(5,)),
    Space(lanes=(None, 2, 1)),
    Space(lanes=(None, 2), zero_skips=(False,)),
    Space(lanes=(None, 5, 2), neurons=("if",)),
    Space(neurons=("if",), zero_skips=(False,)),
)


def points(how: Measurement, trained: Sequence[Network]) -> list[Point]:
    """The designs that the table is fitted to."""
    first, *others = [*(Network.load(name) for name in NETWORKS), *trained]
    every = [point for space in SPACES for point in space.points([first], how)]
    return unique([*every, *SPACES[0].points(others, how)])


def observe(point: Point, code: str, data: Path | None = None) -> dict[str, Any]:
    """Energy of a design by part, group of blocks and kind, and its operations on the same beats. Runs in a worker."""
    ready = prepare(point, code, data)
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


def observed(point: Point, result: Mapping[str, Any]) -> Observation:
    return calibration.observation(point.label, point.network, result["activity"], result["parts"])
