"""Power of a gated core: what is on, off and always on, and the wake-up, added up by hand."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import gating, measurement
from sparrow_ecg.sim.gates.energy.gating import OPTIMISTIC, PESSIMISTIC, TYPICAL, Switch
from sparrow_ecg.sim.gates.energy.measurement import Measured
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist import synthesis
from sparrow_ecg.sim.gates.netlist.wires import capacitances
from sparrow_ecg.sim.gates.run.gatesim import SLEEP, WAKE
from tests.support.cells import libraries

BEATS = 70
RUNS: dict[str, tuple[Design, Measured, dict[str, Any]]] = {}


def run(library: Library) -> tuple[Design, Measured, dict[str, Any]]:
    """Once for all tests: a library has no hash, but one name."""
    if library.pdk.name not in RUNS:
        RUNS[library.pdk.name] = _run(library)
    return RUNS[library.pdk.name]


def _run(library: Library) -> tuple[Design, Measured, dict[str, Any]]:
    rng = np.random.default_rng(7)
    network = random_network(rng, [5, 4, 3], steps=3, weight_bits=3, input_bits=3)
    build = Build(network, Gated(Tree()))
    design = Design(build, library, synthesis.Flow(), synthesis.synthesise(build, library))
    counts = random_beats(rng, network, BEATS)
    assert measurement.check(design, counts)[1] == 0
    measured = measurement.energy(design, counts)
    return design, measured, gating.summary(design, measured, 4.0, None)


@libraries("sky130")
def test_nothing_moves_without_supply(library: Library) -> None:
    design, measured, _ = run(library)
    assert set(measured.parts) == {"input", "layer_0", "layer_1", WAKE, SLEEP}
    assert "core" not in measured.parts[SLEEP].blocks | measured.parts[SLEEP].leakage
    assert measured.parts[SLEEP].cycles == BEATS
    assert sum(part.cycles for part in measured.parts.values()) == BEATS * (design.build.longest + 1)


@libraries("sky130")
def test_power_is_what_its_parts_add_up_to(library: Library) -> None:
    design, measured, found = run(library)
    on, off, always = (found[name]["25"] for name in ("on_nw", "off_nw", "always_on_nw"))
    awake = design.build.longest / 4e6  # but for the cycle that is asleep, and with the one before it
    assert found["awake_us"] == pytest.approx(awake * 1e6)
    leaks = always + found["switch_nw"]["25"] + off + 1.25 * awake * (on - off)
    moves = sum(part.total() for part in measured.parts.values()) / BEATS * 1e-6
    assert found["active_nj"] == pytest.approx(moves + found["wake_up_nj"])
    assert found["average_nw"]["25"] == pytest.approx(leaks + 1.25 * found["active_nj"])
    asleep = measured.parts[SLEEP].leakage
    assert always == pytest.approx(asleep["controller"] + asleep["isolation"], rel=0.01)


@libraries("sky130")
def test_a_wake_up_charges_the_nets_of_the_domain_and_the_gates_of_its_switches(library: Library) -> None:
    design, _, found = run(library)
    loads, drivers = capacitances(design.netlist), design.netlist.drivers
    charged = sum(loads[net] for net, driver in drivers.items() if driver.block == "core")
    assert found["domain_pf"] == pytest.approx(charged * 1e-3)
    gates = found["switches"] * Switch.of(library).gate_ff
    assert found["wake_up_nj"] == pytest.approx(1.8**2 * (charged + gates) * 1e-6)
    assert found["pessimistic"]["wake_up_nj"] > 2 * 1.8**2 * charged * 1e-6


@libraries("sky130")
def test_a_switch_is_the_p_half_of_the_largest_inverter(library: Library) -> None:
    """0.010678 nW with its input high, and by its table a rise of 0.7363 ns for each pF more at the far end."""
    switch = Switch.of(library)
    assert switch.off_nw == pytest.approx(0.0106779)
    assert switch.kohm == pytest.approx((1.060513 - 0.324189) / (1681.83 - 434.491) * 1e3 / log(2), rel=1e-3)


@libraries("sky130")
def test_enough_switches_for_the_drop_and_no_more(library: Library) -> None:
    _, _, found = run(library)
    volts, kohm = library.voltage, Switch.of(library).kohm
    for assumed, each in ((TYPICAL, found), (PESSIMISTIC, found["pessimistic"]), (OPTIMISTIC, found["optimistic"])):
        drop = found["peak_ma"] * kohm / each["switches"]
        assert drop <= assumed.drop * volts < found["peak_ma"] * kohm / max(each["switches"] - 1, 1e-9)
        assert each["off_to_on"] >= assumed.leaks
    ranked = [found["optimistic"], found, found["pessimistic"]]
    assert all(low["average_nw"]["25"] < high["average_nw"]["25"] for low, high in pairwise(ranked))


@libraries("nangate45", "ihp130", "asap7")
def test_other_libraries_have_switches_too(library: Library) -> None:
    switch = Switch.of(library)
    assert min(switch.kohm, switch.off_nw, switch.gate_ff, switch.area) > 0
