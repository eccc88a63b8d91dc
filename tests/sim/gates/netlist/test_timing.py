"""Timing against sums done by hand from the tables."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.netlist import verilog
from sparrow_ecg.sim.gates.netlist.synthesis import Flow, synthesise
from sparrow_ecg.sim.gates.netlist.timing import FALLING, INPUTS, RISING, End, analyse
from sparrow_ecg.sim.gates.netlist.wires import OUTPUT_LOAD, capacitances
from tests.support.cells import libraries
from tests.support.wired import CLK, DATA, wired

SLEW = 0.1


@libraries("sky130")
def test_clock_through_a_buffer(library):
    """A flip-flop at the pin, a second behind a clock buffer, an inverter between: what each edge takes, and what the
    two ends need.
    """
    netlist = wired(
        library,
        [
            ("dfxtp_1", {"CLK": CLK, "D": DATA, "Q": 4}),
            ("inv_1", {"A": 4, "Y": 5}),
            ("clkbuf_2", {"A": CLK, "X": 6}),
            ("dfxtp_1", {"CLK": 6, "D": 5, "Q": 7}),
        ],
        7,
    )
    loads, timing = capacitances(netlist), analyse(netlist)
    first, inverter, buffer, second = (instance.cell for instance in netlist.instances)

    def arc(cell, output, edge, slew, net):
        arc = next(arc for pin in cell.outputs if pin.name == output for arc in pin.arcs if edge in arc.delay)
        return arc.delay[edge].at(slew, loads[net]), arc.transition[edge].at(slew, loads[net])

    latency, sharp = arc(buffer, "X", "rise", SLEW, 6)
    assert timing.arrivals[6][0] == pytest.approx(latency)
    assert timing.slews[6][0] == pytest.approx(sharp)
    arrivals, slews = {}, {}
    for edge, cause in (("rise", "fall"), ("fall", "rise")):
        launched, slew = arc(first, "Q", cause, SLEW, 4)
        delay, slews[edge] = arc(inverter, "Y", edge, slew, 5)
        arrivals[edge] = launched + delay
    needs = {arc.kind: arc for arc in second.pins["D"].arcs}
    end = next(end for end in timing.ends if end.instance is netlist.instances[3])
    late = max(arrivals[e] + needs["setup_rising"].delay[e].at(sharp, slews[e]) - latency for e in arrivals)
    early = min(arrivals[e] - needs["hold_rising"].delay[e].at(sharp, slews[e]) - latency for e in arrivals)
    assert (end.late[0], end.early[0]) == pytest.approx((late, early))
    asked = Constraints(period=5.0, uncertainty=0.25, slew=SLEW)
    assert end.setup(asked) == pytest.approx(5.0 - 0.25 - late)
    assert end.hold(asked) == pytest.approx(early - 0.25)
    ideal = next(e for e in analyse(netlist, ideal=True).ends if e.instance is netlist.instances[3])
    assert ideal.early[0] > end.early[0]  # without the buffer's delay the data may change sooner


@libraries("sky130")
def test_inputs_come_when_the_constraints_have_it(library):
    """The first flip-flop takes an input: its slacks move with the time at which that changes."""
    netlist = wired(library, [("dfxtp_1", {"CLK": CLK, "D": DATA, "Q": 4})], 4)
    (end,) = (end for end in analyse(netlist).ends if end.instance)
    asked = Constraints(period=10.0, uncertainty=0.0, slew=SLEW, inputs=(0.0, 0.0))
    later = replace(asked, inputs=(0.3, 0.5))
    assert end.hold(later) == pytest.approx(end.hold(asked) + 3.0)
    assert end.setup(later) == pytest.approx(end.setup(asked) - 5.0)
    shortest = end.shortest(later)
    assert end.setup(replace(later, period=shortest)) == pytest.approx(0.0, abs=1e-9)
    text = later.sdc()
    assert "create_clock -name clk -period 10" in text
    assert "set_input_delay -min 3 " in text
    assert "set_input_delay -max 5 " in text


@pytest.mark.parametrize("falling", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_edges_on_a_time_line(falling, after):
    """Slacks of an end by when edges come, in a clock of 8 ns: what is set off and taken by either edge, or by inputs
    that follow one.
    """
    asked = Constraints(period=8.0, uncertainty=0.0, slew=SLEW, inputs=(0.0625, 0.25), falling=after)
    launches = (0, 0), (4, 4), (4 * after + 0.5, 4 * after + 2)
    taken = [8 * k + 4 * falling for k in range(-2, 4)]
    for cause, (first, last) in enumerate(launches):
        late, early = [-inf] * 3, [inf] * 3
        late[cause], early[cause] = 3.0, 1.0
        end = End(object(), "D", 5, "setup", falling, (*late,), (*early,))
        before = max(edge for edge in taken if edge <= first)
        assert end.hold(asked) == pytest.approx(first - before + 1)
        assert end.setup(asked) == pytest.approx(before + 8 - last - 3)
        assert end.shortest(asked) == pytest.approx(8 * 3 / (before + 8 - last))


@libraries("sky130")
def test_a_falling_edge_comes_half_a_period_later(library):
    """A flip-flop of the rising edge before one of the falling edge of the same clock, and the other way round."""
    netlist = wired(
        library,
        [
            ("dfxtp_1", {"CLK": CLK, "D": DATA, "Q": 4}),
            ("dfrtn_1", {"CLK_N": CLK, "D": 4, "Q": 5}),
            ("inv_1", {"A": CLK, "Y": 6}),
            ("dfxtp_1", {"CLK": 6, "D": 5, "Q": 7}),
            ("dfxtp_1", {"CLK": CLK, "D": 7, "Q": 8}),
        ],
        8,
    )
    ends = {end.instance.name: end for end in analyse(netlist).ends if end.instance and end.pin == "D"}
    first, second, _, third, last = (ends.get(instance.name) for instance in netlist.instances)
    assert [end.falling for end in (first, second, third, last)] == [False, True, True, False]
    causes = [[cause for cause in range(3) if end.late[cause] > -inf] for end in (first, second, third, last)]
    assert causes == [[INPUTS], [RISING], [FALLING], [FALLING]]
    assert second.setup(Constraints(10.0, 0.0, SLEW)) == pytest.approx(5 - second.late[RISING])
    assert third.setup(Constraints(10.0, 0.0, SLEW)) == pytest.approx(10 - third.late[FALLING])


@libraries("sky130")
@pytest.mark.skipif(not shutil.which("sta"), reason="no OpenSTA (apt install opensta)")
@pytest.mark.parametrize("top", ["core", "chip"])
def test_slacks_are_those_of_opensta(library, top, tmp_path):
    """Setup and hold of every end, through a clock tree, without wires: OpenSTA 2.0.17's worst slacks at each pin. The
    chip has both edges, and resets that come without a clock.
    """
    network = random_network(np.random.default_rng(5), [6, 5, 3], steps=7, weight_bits=4, input_bits=3)
    build = Build(network, Serial(lanes=5), top)
    design = Design(build, library, Flow(), synthesise(build, library), corners=(library,))
    netlist, asked = design.netlist, design.constraints
    (tmp_path / "cells.lib").write_text(re.sub(r"default_wire_load\s*:[^;]*;", "", library.paths[0].read_text()))
    (tmp_path / "netlist.v").write_text(verilog(netlist))
    data = " ".join(
        name if len(bits) == 1 else f"{name}[*]" for name, bits in netlist.inputs.items() if name != asked.clock
    )
    sdc = asked.sdc().replace("[all_inputs -no_clocks]", f"[get_ports {{{data}}}]")  # 2.0.17 knows no -no_clocks
    (tmp_path / "run.tcl").write_text(
        f"read_liberty cells.lib\nread_verilog netlist.v\nlink_design core\n{sdc}"
        f"set_load {OUTPUT_LOAD / 1000} [all_outputs]\n"
        "report_checks -path_delay min -digits 5 -format end -group_count 2000\n"
        "report_checks -path_delay max -digits 5 -format end -group_count 2000\nexit\n"
    )
    told = subprocess.run(["sta", "-exit", "run.tcl"], cwd=tmp_path, capture_output=True, text=True).stdout
    found = re.findall(r"^u(\d+)/(\w+) \(.*\) +\S+ +\S+ +(-?[\d.]+) \(", told, re.M)
    theirs: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number, pin, slack in found:
        theirs[netlist.instances[int(number)].name, pin].append(float(slack))
    ours = {
        (end.instance.name, end.pin): [float(end.hold(asked)), float(end.setup(asked))]
        for end in analyse(netlist, wires=0).ends
        if end.instance
    }
    assert len(theirs) > 100
    assert theirs.keys() == ours.keys()
    differences = np.array([np.subtract(theirs[key], ours[key]) for key in ours])
    hold, setup = np.abs(differences).T
    paths = np.array([max(end.late) for end in analyse(netlist, wires=0).ends if end.instance])
    assert (hold < 0.025).all()  # ns
    assert (setup < 0.03 + 0.01 * paths).all()
