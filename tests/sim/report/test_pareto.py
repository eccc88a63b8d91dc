"""The design space, told and drawn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.cbook import pts_to_poststep
from matplotlib.path import Path as Line
from matplotlib.text import Annotation

from sparrow_ecg.hw.core.catalog import DATAPATHS
from sparrow_ecg.model.console import out
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.report.pareto import KINDS, kind, picture, show, write
from sparrow_ecg.sim.studies.pareto import Explored
from sparrow_ecg.sim.studies.point import Measurement
from tests.support.results import RESULTS, result

FOUND = Explored.of([*RESULTS, {"label": "a point", "error": "RuntimeError: no"}], Measurement())
CROWDED = [
    result(
        0.9810 + 0.0007 * k, 0.05 * 1.2**k, 2e4 - 900 * k, network=f"network {k}", core=f"serial, {9 - k} lanes, rom"
    )
    for k in range(8)
]


def test_files_of_a_sweep(tmp_path: Path) -> None:
    write(FOUND, tmp_path)
    table = json.loads((tmp_path / "pareto-sky130.json").read_text())
    assert table["front"] == [RESULTS[0]["key"], RESULTS[2]["key"]]
    assert table["front_with_area"] == [each["key"] for each in RESULTS[:3]]
    assert [len(table["points"]), len(table["failed"])] == [4, 1]
    assert table["sources"] == "code"
    assert (tmp_path / "pareto-sky130.png").read_bytes().startswith(b"\x89PNG")


def test_a_sweep_on_the_screen() -> None:
    with out.capture() as told:
        show(FOUND)
    text = told.get()
    assert "2 points on the front of accuracy and average power (*), 3 with area besides (+)" in text
    assert [line.split("│")[1].strip() for line in text.splitlines() if "│ one" in line] == ["*", "", "+", "*"]


def test_every_datapath_is_drawn() -> None:
    network = random_network(np.random.default_rng(0), (4, 3, 2))
    configs = [config.as_dict() for each in DATAPATHS.values() for config in each.samples(network, 2)]
    assert {kind(config) for config in configs} == set(KINDS)


@pytest.mark.parametrize("results", [RESULTS, CROWDED], ids=["few", "crowded"])
def test_no_front_runs_through_a_name(results: list[dict]) -> None:
    drawn = picture(Explored.of(results, Measurement()), "made up")
    drawn.draw_without_rendering()
    for axes in drawn.axes:
        (front,) = (line for line in axes.lines if line.get_drawstyle() == "steps-post")
        steps = pts_to_poststep(*front.get_data()).T
        line = Line(axes.transData.transform(steps))
        names = [text for text in axes.texts if isinstance(text, Annotation) and "%" not in text.get_text()]
        assert len(names) >= 2
        for name in names:
            assert not line.intersects_bbox(name.get_window_extent(), filled=False), name.get_text()


def test_the_published_chip_is_named() -> None:
    (published,) = (text for text in picture(FOUND, "").axes[0].texts if "22 nm" in text.get_text())
    assert published.get_text() == "SparrowSNN, 22 nm,\nactive alone"
