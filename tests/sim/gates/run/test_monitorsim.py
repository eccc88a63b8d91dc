"""A monitor's netlist on samples: what it tells, what it takes, and that a wrong gate is seen."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import monitoring
from sparrow_ecg.sim.gates.energy.monitoring import SETTLING, Stretches
from sparrow_ecg.sim.gates.netlist import synthesis
from sparrow_ecg.sim.gates.netlist.checks import clock_pins
from sparrow_ecg.sim.gates.netlist.netlist import CLOCK_BLOCK
from sparrow_ecg.sim.gates.run.monitorsim import CLOCK_HZ, MonitorSimulator
from tests.support.cells import libraries

SHORT = Encoding(before=16, block=8, blocks=4, input_bits=3, features=("range", "previous"))


@cache
def stretches(seconds: float, lanes: int = 5) -> Stretches:
    codes = {f"r{k}": generate("a", seconds=60, seed=k).codes for k in range(3)}
    drawn = monitoring.draw(codes, seconds, seed=1)
    return Stretches(drawn.codes[:lanes], drawn.of[:lanes])


def checked(design: Design, drawn: Stretches | None = None) -> tuple[int, int]:
    drawn = drawn or stretches(4)
    return monitoring.check(design, drawn, design.monitor.run(drawn.codes))


def designed(library, top="monitor", corners=(), rate=360) -> Design:
    network = random_network(np.random.default_rng(3), (6, 4, 4), steps=7, weight_bits=3, input_bits=3)
    build = Build(replace(network, encoding=SHORT, classes=tuple("NSVF")), Tree(), top, rate=rate)
    module = synthesis.synthesise(build, library)
    return Design(build, library, synthesis.Flow(), module, corners=corners, clock_mhz=CLOCK_HZ / 1e6)


@libraries("sky130")
def test_the_netlist_tells_what_the_model_hears(library):
    told, wrong = checked(designed(library))
    assert told > 30
    assert wrong == 0


@libraries("sky130")
@pytest.mark.parametrize("block", ["conveyor", "front"])
def test_a_wrong_gate_is_seen(library, block):
    """One of a few: what a gate adds to seldom, a few seconds of ECG need not show."""
    design, whole = designed(library), designed(library).netlist.instances
    gates = [k for k, i in enumerate(whole) if i.block == block and i.cell.name.endswith("__nand2_1")]

    def breaks(k: int) -> bool:
        broken = list(whole)
        broken[k] = replace(broken[k], cell=library.cells["sky130_fd_sc_hd__nor2_1"])
        design.__dict__["monitor"] = MonitorSimulator(replace(design.netlist, instances=broken), design.build)
        return checked(design)[1] > 0

    assert any(map(breaks, gates[:4]))


@libraries("sky130")
def test_power_adds_up(library):
    design, drawn = designed(library), stretches(1)
    done: list[int] = []
    measured = monitoring.measure(design, drawn, done.append)
    assert sum(done) == drawn.codes.shape[1]
    lanes, samples = drawn.codes.shape
    assert measured.seconds == lanes * (samples / 360 - SETTLING)
    assert measured.beats > lanes / 2
    found = monitoring.summary(design, measured, None)
    blocks = sum(sum(kinds.values()) for kinds in found["blocks"].values())
    assert np.isclose(blocks, found["average_power_nw"]["25"])
    assert np.isclose(found["active_nj_per_beat"] * found["beats"], found["dynamic_nw"] * found["seconds"])
    assert found["dynamic_without_glitches_nw"] < found["dynamic_nw"]
    assert found["clocks_per_second"] >= 360
    assert 10 < found["longest_work"] < 100
    assert found["clock_hz"] == 32768
    assert np.isclose(sum(found["parts_nw"].values()) + found["blocks"]["root gate"]["clock"], found["dynamic_nw"])


def test_the_clock_is_as_fast_as_no_sample_needs_to_be_lost():
    """Five samples of 360 a second: 455 cycles of 32.768 kHz and a little."""
    clocks = [monitoring.clock_hz(longest, 360) for longest in (0, 455, 456, 910, 911, 1821)]
    assert [clock / 32768 for clock in clocks] == [1, 1, 2, 2, 4, 8]


@libraries("sky130")
def test_leakage_grows_with_temperature(library):
    design = designed(library)
    cells = {name: replace(cell, leakage=2.0**6.25 * cell.leakage) for name, cell in library.cells.items()}
    measured = monitoring.measure(design, stretches(1))
    found = monitoring.summary(design, measured, replace(library, cells=cells))["leakage_nw"]
    assert np.isclose(found["37"], 2 * found["25"])  # 12 of 75 degrees, 6.25 doublings


@libraries("sky130")
def test_with_its_clock_tree_it_tells_the_same(library):
    """In every cycle, with all delays; not so when a branch of the clock is late."""
    design = designed(library, corners=(library,))
    assert design.violations == []
    drawn = stretches(0.5, lanes=2)
    measured = monitoring.measure(design, drawn)
    assert (measured.unequal, design.netlist.clocked) == (0, True)
    assert measured.beats > 0
    delays = dict(design.timing.delays)
    for _, _, net in clock_pins(design.netlist):
        if design.netlist.drivers[net].block == CLOCK_BLOCK:
            delays[net] = (5.0, 5.0)
    list(design.monitor.pieces(drawn.codes, delays, 0.05, unseen=round(SETTLING * 360)))
    assert design.monitor.unequal > 0
