"""Clock trees: every flip-flop reached, within the library's limits, at about the same time."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.sim.gates.netlist import clock_tree
from sparrow_ecg.sim.gates.netlist.checks import clock_pins, limits
from sparrow_ecg.sim.gates.netlist.clock_tree import SKEW
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.corners import examine
from sparrow_ecg.sim.gates.netlist.netlist import CLOCK_BLOCK
from sparrow_ecg.sim.gates.netlist.timing import analyse
from tests.support.cells import libraries
from tests.support.wired import registers


@libraries("sky130")
@pytest.mark.parametrize("gated", [False, True])
@pytest.mark.parametrize("count", [1, 12, 80, 700])
def test_a_tree(library, count, gated):
    mapped = registers(library, count, gated)
    netlist = clock_tree.build(mapped, [library])
    gates = {i.name for i in netlist.instances if i.cell.gate}
    for instance, _, net in clock_pins(netlist):  # each still hangs on the pin, through its gate if it had one
        passed = set()
        while driver := netlist.drivers.get(net):
            passed.add(driver.name)
            net = driver.data_inputs[0] if not driver.cell.gate else driver.pins["CLK"]
        assert net == netlist.inputs["clk"][0]
        assert passed & gates == gates, instance.name
    assert len(netlist.sinks[netlist.inputs["clk"][0]]) == 1
    timing = analyse(netlist)
    assert not list(limits(netlist, timing))
    arrivals = [timing.arrivals[net][0] for *_, net in clock_pins(netlist)]
    assert max(arrivals) - min(arrivals) <= SKEW * library.pdk.slew
    assert max(max(timing.slews[net]) for net in netlist.clock_nets) <= 0.3 * 1.5
    asked = Constraints.of(library.pdk, 4.0)
    assert not [v for corner in examine(netlist, [library], asked) for v in corner.violations]
    if gated and count >= 80:  # what was wrong without
        assert "max_capacitance" in {v.check for v in limits(mapped, analyse(mapped, ideal=False))}


@libraries("sky130")
def test_near_registers_share_a_buffer(library):
    """Registers at random places of a square: clusters cover much less than if they were drawn by lot."""
    mapped, rng = registers(library, 100, gated=True), np.random.default_rng(1)
    names = [instance.name for instance in mapped.instances]
    places = rng.uniform(0, 400, (len(names), 2))
    positions = {name: (float(x), float(y)) for name, (x, y) in zip(names, places, strict=True)}
    lots = dict(zip(names, rng.permutation(places), strict=True))
    netlist = clock_tree.build(mapped, [library], positions)
    assert not list(limits(netlist, analyse(netlist)))
    clusters = [
        [sink.name for sink, _ in netlist.sinks[buffer.outputs[0]] if sink.name in positions]
        for buffer in netlist.instances
        if buffer.block == CLOCK_BLOCK
    ]

    def extent(where) -> float:
        return sum(float(np.ptp([where[name] for name in names], axis=0).sum()) for names in clusters if names)

    assert sum(map(len, clusters)) == len(names)
    assert extent(positions) < 0.6 * extent(lots)
