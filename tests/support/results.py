"""Results of a sweep that nobody measured."""

from __future__ import annotations

from typing import Any


def result(accuracy: float, power: float, area: float, **point: Any) -> dict[str, Any]:
    config = {"datapath": "serial", "weights": "rom", "neuron": "ssf", "lanes": 2, "zero_skip": True}
    described = {"network": "one", "core": "serial", "config": config, "clock_gates": 3, **point}
    return {
        "key": f"{accuracy} {power} {area}",
        "sources": "code",
        "corner": "typical",
        "cycles_per_beat": 23.0,
        "accuracy": accuracy,
        "average_nw": {"25": power},
        "energy_per_beat_nj": power / 2,
        "area_um2": area,
        "point": described,
    }


RESULTS = [
    result(0.98, 0.2, 4e4),
    result(0.98, 0.4, 2e4),
    result(0.99, 2.0, 5e5),
    result(0.97, 0.3, 9e5, clock_gates=0),
]
