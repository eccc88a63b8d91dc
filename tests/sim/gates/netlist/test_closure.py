"""A netlist from Yosys to one that keeps its constraints, at every corner, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.energy import measurement
from tests.sim.gates.conftest import ROOT
from tests.support.cells import libraries


@libraries("ihp130")
def test_closed_at_every_corner(library):
    rng = np.random.default_rng(4)
    network = random_network(rng, [8, 6, 3], steps=7, weight_bits=4, input_bits=3)
    build = Build(network, Serial(2))
    mapped = synthesise(build, library.pdk.name, ROOT)
    design = synthesise(build, library.pdk.name, ROOT, clock_mhz=4.0)
    told = design.describe()
    assert [corner["corner"] for corner in told["corners"]] == list(library.pdk.corners)
    assert told["violations"] == []
    assert (told["clock_tree"], mapped.describe()["clock_tree"]) == ("built", "estimated")
    assert all(corner["hold_slack_ns"] >= 0 and corner["setup_slack_ns"] >= 0 for corner in told["corners"])
    counts = random_beats(rng, network, 80)
    assert measurement.check(design, counts)[1] == 0
    assert measurement.check(design, counts, delayed=True)[1] == 0
    measurement.check_constraints(design)
    clocks = [measurement.energy(each, counts).energy.total("clock") for each in (design, mapped)]
    assert clocks[0] == pytest.approx(clocks[1], rel=0.2)

    fast = replace(design, clock_mhz=1000.0)
    with pytest.raises(InputError, match=r"cannot work at 1000 MHz: setup at .* more\. There is no power to report"):
        measurement.check_constraints(fast)
