"""What mapping for least leakage sees of a library, and what comes of it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.mac import Mac
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.library.lean import AREA, lean
from sparrow_ecg.sim.gates.netlist.synthesis import Flow, synthesise
from tests.support.cells import libraries


@libraries("sky130", "asap7")
def test_only_areas_of_cells_change(library):
    other = lean(library)
    assert other.cells is library.cells
    area = re.compile(r"^\s*area\s*:\s*[\d.eE+-]+", re.MULTILINE)
    found: dict[str, float] = {}
    for path, before in zip(other.paths, library.paths, strict=True):
        text = path.read_text()
        assert area.sub("", text) == area.sub("", before.read_text())
        for body in re.split(r"^\s*cell\s*\(", text, flags=re.MULTILINE)[1:]:
            name = re.match(r'"?(\w+)', body)
            cost = re.search(r"area\s*:\s*([\d.]+)", body)
            if name and cost:
                found[name[1]] = float(cost[1])
    assert found == pytest.approx({n: c.leakage * 1e3 + AREA * c.area for n, c in library.cells.items()}, abs=1e-4)


@libraries("sky130")
@pytest.mark.parametrize("config", [Mac(1), Tree()], ids=str)
def test_bit_exact_and_it_leaks_less(library, config):
    rng = np.random.default_rng(7)
    network = random_network(rng, [7, 5, 3], steps=5, weight_bits=4, input_bits=3)
    build, counts = Build(network, config), random_beats(rng, network, 100)
    leaks = {}
    for mapping in ("energy", "leakage"):
        flow = Flow(mapping=mapping)
        design = Design(build, library, flow, synthesise(build, library, flow))
        assert measurement.check(design, counts)[1] == 0
        leaks[mapping] = measurement.summary(design, measurement.energy(design, counts), 4)["average_nw"]["25"]
    assert leaks["leakage"] < 0.9 * leaks["energy"]
