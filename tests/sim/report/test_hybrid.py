"""The study of first layers as it is told: means, deviations, and a row for each window and style."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from sparrow_ecg.sim.energy.technologies import TECHNOLOGIES
from sparrow_ecg.sim.report.hybrid import as_dict, table
from sparrow_ecg.sim.studies.hybrid import STYLES


def test_it_is_told() -> None:
    price = dict.fromkeys(TECHNOLOGIES, 1500.0)
    results = [
        {
            "steps": steps,
            "seed": seed,
            "styles": {
                style: {
                    "accuracy": 0.9 + seed / 100,
                    "cycles": 50.0,
                    "weight_reads": 7.0,
                    "pj": price,
                    "first_pj": price,
                }
                for style in STYLES
            },
        }
        for seed in (0, 1)
        for steps in (7, 1)
    ]
    found = as_dict(results, {"hybrid": 0, "rate": 0})
    assert list(found["windows"]) == ["1", "7"]
    right = found["windows"]["7"]["rate-coded, IF"]["accuracy"]
    assert (right["mean"], right["each"]) == (pytest.approx(0.905), [0.9, 0.91])
    assert json.loads(json.dumps(found)) == found
    console = Console(width=200)
    with console.capture() as shown:
        console.print(table(found))
    assert shown.get().count("90.50 ± 0.71") == 2 * len(STYLES)
    assert shown.get().count("1.500") == 4 * len(STYLES)
