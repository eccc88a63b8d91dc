"""Energies of single cells against sums done by hand from the libraries' printed tables."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy.net_activity import NetActivity
from sparrow_ecg.sim.gates.energy.power import Meter, MeteredEnergy
from sparrow_ecg.sim.gates.library.functions import parse
from sparrow_ecg.sim.gates.library.liberty import Cell
from sparrow_ecg.sim.gates.netlist import netlist as netlists
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist
from sparrow_ecg.sim.gates.netlist.timing import Timing, analyse
from sparrow_ecg.sim.gates.netlist.wires import OUTPUT_LOAD, capacitances
from sparrow_ecg.sim.gates.run.gatesim import Snapshots
from tests.support import opensta
from tests.support.cells import libraries

ONES = 2**64 - 1
CLOCK, A, B, Y, Z = 2, 3, 4, 5, 6
SLEW = {"sky130": 0.05313293, "nangate45": 0.0171859}  # a row of the tables
NAMES = {
    "sky130": {"inv": ("sky130_fd_sc_hd__inv_1", "A", "Y"), "nand": ("sky130_fd_sc_hd__nand2_1", "A", "B", "Y")},
    "nangate45": {"inv": ("INV_X1", "A", "ZN"), "nand": ("NAND2_X1", "A1", "A2", "ZN")},
}


def measure(netlist, timing, snapshots, moves=None, wires: float = 1.0) -> MeteredEnergy:
    return Meter(netlist, timing, NetActivity(snapshots), wires).energy(moves)


def between(low: float, high: float, first: float, second: float, load: float = OUTPUT_LOAD) -> float:
    """Along a row of a table: its values at two loads, and the load that is asked for."""
    return first + (load - low) / (high - low) * (second - first)


def energy(library, name: str, pins: dict[str, int], rows: list[dict[int, int]], outputs: list[int]):
    """fJ of one cell that goes through these states of its nets, in all lanes at once."""
    instance = Instance("u", library.cells[name], pins, "block")
    inputs = {f"net{n}": [n] for n in pins.values() if n not in (Y, Z)} | {"clk": [CLOCK]}
    made = Netlist(library, 7, [instance], inputs, {f"out{n}": [n] for n in outputs}, {})
    states = np.zeros((len(rows), 7), np.uint64)
    for state, row in zip(states, rows, strict=True):
        for net, value in row.items():
            state[net] = ONES if value else 0
    slew = SLEW[library.pdk.name]
    timing = Timing([(slew, slew)] * 7, [(0.0, 0.0)] * 7, 1.0, [], {})
    snapshots = Snapshots(states, np.full(len(rows), ONES, np.uint64))
    found = measure(made, timing, snapshots, wires=0)
    return {kind: found.total(kind) / 64 for kind in ("switching", "internal", "clock")}, found


@libraries("sky130", "nangate45")
def test_inverter(library):
    name, a, y = NAMES[library.pdk.name]["inv"]
    rows = [{A: 0, Y: 1}, {A: 1, Y: 0}, {A: 0, Y: 1}]
    split, found = energy(library, name, {a: A, y: Y}, rows, [Y])
    if library.pdk.name == "sky130":
        rise = between(3.565333, 9.520618, 12.5411, 22.2793)
        fall = between(3.565333, 9.520618, -7.1223, -16.4928)
        pin, volt, leak = 2.319, 1.8, library.cells[name].leakages
    else:
        rise = between(3.79562, 7.59125, 1.897133, 1.906718)
        fall = between(3.79562, 7.59125, -0.000300, -0.000338)
        pin, volt, leak = 1.700230, 1.1, library.cells[name].leakages
    assert library.cells[name].pins[a].capacitance == pytest.approx(pin, rel=0.02)
    pin = library.cells[name].pins[a].capacitance
    assert split["internal"] == pytest.approx(rise + fall, rel=1e-4)
    assert split["switching"] == pytest.approx(2 * 0.5 * volt**2 * (OUTPUT_LOAD + pin), rel=1e-4)
    assert split["clock"] == 0
    low, high = (value for _, value in sorted(leak, key=lambda state: state[0] == "A"))
    assert found.leakage_nw == pytest.approx((low + high) / 2, rel=1e-4)  # one row of each state is counted


@libraries("sky130", "nangate45")
def test_nand_because_of_its_first_input(library):
    name, a, b, y = NAMES[library.pdk.name]["nand"]
    rows = [{A: 0, B: 1, Y: 1}, {A: 1, B: 1, Y: 0}, {A: 0, B: 1, Y: 1}]
    split, _ = energy(library, name, {a: A, b: B, y: Y}, rows, [Y])
    if library.pdk.name == "sky130":
        output = between(3.466593, 9.127868, 8.2120, 17.7886) + between(3.466593, 9.127868, -2.7980, -11.7032)
        pin = -3.8909 + 4.8250
    else:
        output = between(3.70979, 7.41959, 2.183357, 2.204197) + between(3.70979, 7.41959, 0.174115, 0.196926)
        pin = 0.0
    assert split["internal"] == pytest.approx(output + pin, rel=1e-3)


@libraries("sky130")
def test_flip_flop_of_skywater(library):
    rows = [{CLOCK: 0, A: 1, Y: 0}, {CLOCK: 1, A: 1, Y: 1}, {CLOCK: 0, A: 1, Y: 1}, {CLOCK: 1, A: 0, Y: 1}]
    split, _ = energy(library, "sky130_fd_sc_hd__dfxtp_1", {"CLK": CLOCK, "D": A, "Q": Y}, rows, [Y])
    volt, clock = 1.8, library.cells["sky130_fd_sc_hd__dfxtp_1"].pins["CLK"].capacitance
    assert split["clock"] == pytest.approx(2 * 17.4124 + 22.3385 + 3 * 0.5 * volt**2 * clock, rel=1e-3)
    assert split["internal"] == pytest.approx(between(3.434554, 9.001619, 23.3518, 32.7256) + 5.2975, rel=1e-3)


@libraries("nangate45")
def test_flip_flop_of_nangate_under_its_conditions(library):
    rows = [
        {CLOCK: 0, A: 1, Y: 0, Z: 1},
        {CLOCK: 1, A: 1, Y: 1, Z: 0},  # the edge at which Q moves costs nothing at the clock pin: D & !Q & QN
        {CLOCK: 0, A: 1, Y: 1, Z: 0},
        {CLOCK: 1, A: 1, Y: 1, Z: 0},
    ]
    split, _ = energy(library, "DFF_X1", {"CK": CLOCK, "D": A, "Q": Y, "QN": Z}, rows, [Y])
    clock = library.cells["DFF_X1"].pins["CK"].capacitance
    assert split["clock"] == pytest.approx(4.243058 + 2.608469 + 3 * 0.5 * 1.1**2 * clock, rel=1e-3)
    rising = between(3.79562, 7.59125, 4.302735, 4.369440)
    falling = between(0.365616, 1.88351, 4.352509, 4.306565, load=0)
    assert split["internal"] == pytest.approx(rising + falling, rel=1e-3)


def moves(cell: Cell) -> Iterator[tuple[dict[str, int], str, dict[str, int]]]:
    """Every state of a gate's pins, each of its inputs, and the state after that one has moved."""
    inputs = [pin.name for pin in cell.inputs]

    def settled(state: dict[str, int]) -> dict[str, int]:
        return state | {pin.name: holds(pin.function, state) for pin in cell.outputs}

    for bits in product((0, 1), repeat=len(inputs)):
        state = dict(zip(inputs, bits, strict=True))
        for moved in inputs:
            yield settled(state), moved, settled(state | {moved: 1 - state[moved]})


def holds(function: str, state: dict[str, int]) -> int:
    return eval(parse(function).format(**state)) & 1


@libraries("sky130", "nangate45")
def test_gates_over_all_their_states(library):
    """Each input of each gate moves alone in each state: the sum of what the tables of these very edges say."""
    slews = {1: 0.05, 0: 0.08}  # of an edge to 1 and to 0
    gates = 0
    for cell in library.cells.values():
        if cell.sequential or not cell.inputs or not cell.outputs or not all(pin.function for pin in cell.outputs):
            continue
        pins = {name: CLOCK + 1 + k for k, name in enumerate(pin.name for pin in (*cell.inputs, *cell.outputs))}
        rows, expected = [], 0.0
        for before, moved, after in moves(cell):
            rows += [before, after]
            for pin in (cell.pins[name] for name in pins if after[name] != before[name]):
                for power in pin.powers:
                    table = power.rise if after[pin.name] else power.fall
                    if table and power.related in (None, moved) and (not power.when or holds(power.when, after)):
                        expected += table.at(slews[after[moved]], OUTPUT_LOAD if pin.direction == "output" else 0.0)
        states = np.zeros((len(rows), CLOCK + 1 + len(pins)), np.uint64)
        states[:, CLOCK + 1 :] = [[row[name] for name in pins] for row in rows]
        ports = [{pin.name: [pins[pin.name]] for pin in group} for group in (cell.inputs, cell.outputs)]
        instance = Instance("u", cell, pins, "block")
        made = Netlist(library, states.shape[1], [instance], {"clk": [CLOCK]} | ports[0], ports[1], {})
        timing = Timing([(slews[1], slews[0])] * made.nets, [(0.0, 0.0)] * made.nets, 1.0, [], {})
        odd = np.arange(len(rows), dtype=np.uint64) % 2  # the rows after a move
        found = measure(made, timing, Snapshots(states, odd), wires=0)
        # where an output can follow an input or its inverse, the transition is either's: 1.6 % for an XNOR of Nangate
        senses = {(pin.name, arc.related, arc.sense) for pin in cell.outputs for arc in pin.arcs}
        unate = len(senses) == len({sense[:2] for sense in senses}) and all("non_unate" not in s for s in senses)
        assert found.total("internal") == pytest.approx(expected, rel=1e-9 if unate else 0.02), cell.name
        gates += 1
    assert gates == {"sky130": 345, "nangate45": 96}[library.pdk.name]


@pytest.fixture(scope="module")
def design(request, library) -> Design:
    from sparrow_ecg.hw.build import Build
    from sparrow_ecg.sim.gates.netlist import synthesis

    network = random_network(np.random.default_rng(5), [6, 5, 3], steps=7, weight_bits=4, input_bits=3)
    build, flow = Build(network, Serial(lanes=5)), synthesis.Flow(clock_gates=0)
    return Design(build, library, flow, synthesis.synthesise(build, library, flow))


def uniform(netlist: Netlist, cycles: int = 100) -> Snapshots:
    """Every net moves in a fifth of the cycles, on its own, and ends as it began; the clock moves in all; a second
    output is the inverse.
    """
    rng = np.random.default_rng(1)
    moves = rng.random((cycles // 2, netlist.nets, 64)) < 0.2
    moves = np.packbits(np.concatenate([moves, moves]), axis=2).view(np.uint64)[:, :, 0]
    states = np.zeros((2 * cycles + 1, netlist.nets), np.uint64)
    now = rng.integers(2**64, size=netlist.nets, dtype=np.uint64)
    pairs = [tuple(i.outputs) for i in netlist.flip_flops if len(i.outputs) == 2]
    for row in range(2 * cycles + 1):
        if row % 2:
            now = now ^ moves[row // 2]
        for net in netlist.clock_nets:
            now[net] = ONES if row % 2 else 0
        for first, second in pairs:
            now[second] = ~now[first]
        now[0], now[1] = 0, ONES
        states[row] = now
    return Snapshots(states, np.full(2 * cycles + 1, ONES, np.uint64))


@libraries("sky130", "nangate45")
def test_twice_the_toggles_are_twice_the_energy(design):
    once = uniform(design.netlist)
    again = np.concatenate([once.nets, once.nets[1:]])
    twice = Snapshots(again, np.full(len(again), ONES, np.uint64))
    first = measure(design.netlist, design.timing, once)
    second = measure(design.netlist, design.timing, twice)
    for kind in ("switching", "internal", "clock"):
        assert second.total(kind) == pytest.approx(2 * first.total(kind), rel=1e-9)
    rises, falls = NetActivity(once).toggles
    glitchy = measure(design.netlist, design.timing, once, moves=(2 * rises, 2 * falls))
    plain = measure(design.netlist, design.timing, once, moves=(rises, falls))
    assert glitchy.total("switching") == pytest.approx(2 * plain.total("switching"), rel=1e-9)
    assert glitchy.total("internal") == pytest.approx(2 * plain.total("internal"), rel=1e-9)


# What each of OpenSTA's rules does to the internal energy of flip-flops and of gates, one after the other (ENERGY.md)
FACTORS = {
    "sky130": {"sum": (2, 2), "half": (0.995, 0.925), "edge": (1, 0.999), "weights": (1, 1.329), "states": (1, 1)},
    "nangate45": {"sum": (2, 2), "half": (1, 1), "edge": (1, 0.998), "weights": (1, 1.509), "states": (0.614, 1)},
}


@libraries("sky130", "nangate45")
@pytest.mark.skipif(not shutil.which("sta"), reason="no OpenSTA (apt install opensta)")
def test_against_opensta(design, tmp_path):
    """The same netlist without wires: longest path, switching and leakage are OpenSTA 2.0.17's; the internal energy of
    each instance is, by the rules of `opensta`; and without those that are not ours it is what our engine finds.
    """
    library, netlist, period = design.library, design.netlist, 100.0
    sky = library.pdk.name == "sky130"
    text = library.paths[0].read_text()
    text = re.sub(r"default_wire_load\s*:[^;]*;", "", text)
    if sky:  # its operating conditions are not found where they are named: without a supply pin a table is one of 0 V
        text = re.sub(r"internal_power\s*\(\s*\)\s*\{", 'internal_power () { related_pg_pin : "VPWR";', text)
    (tmp_path / "cells.lib").write_text(text)
    (tmp_path / "netlist.v").write_text(netlists.verilog(netlist))
    slew = library.pdk.slew
    # a gate that no clocked path reaches would have 0.1 toggles a second: the inputs come with the clock
    data = " ".join(name if len(bits) == 1 else f"{name}[*]" for name, bits in netlist.inputs.items() if name != "clk")
    (tmp_path / "run.tcl").write_text(
        f"""read_liberty cells.lib\nread_verilog netlist.v\nlink_design core
create_clock -name clk -period {period} clk
set_input_transition {slew} [all_inputs]\nset_clock_transition {slew} [get_clocks clk]
set_input_delay 0 -clock clk [get_ports {{{data}}}]
set_load {OUTPUT_LOAD / (1000 if sky else 1)} [all_outputs]
set_power_activity -global -activity 0.2 -duty 0.5
report_checks -digits 5\nreport_power -digits 6\nreport_power -digits 6 -instances [get_cells *]\nexit\n"""
    )
    told = subprocess.run(["sta", "-exit", "run.tcl"], cwd=tmp_path, capture_output=True, text=True).stdout
    rows = {
        row[0]: [float(x) for x in row[1:4]]
        for row in re.findall(r"^(Seq\w+|Comb\w+) +(\S+) +(\S+) +(\S+)", told, re.M)
    }
    arrival = float(re.search(r"([\d.]+) +data arrival time", told)[1])

    timing = analyse(netlist, wires=0)
    assert timing.path[-1][2] == pytest.approx(arrival, rel=0.05)
    snapshots = uniform(netlist)
    alone = [replace(instance, block=str(k)) for k, instance in enumerate(netlist.instances)]
    found = measure(replace(netlist, instances=alone), timing, snapshots, wires=0)
    watts = 1e-15 / (found.cycles * period * 1e-9)
    rises, falls = NetActivity(snapshots).toggles
    loads = capacitances(netlist, 0)
    net_energies = 0.5 * library.voltage**2 * np.array(loads) * (rises + falls)
    driven = [net for net in netlist.drivers if net not in netlist.clock_nets]
    switching = sum(net_energies[driven]) * watts
    assert switching == pytest.approx(rows["Sequential"][1] + rows["Combinational"][1], rel=0.05)
    assert found.leakage_nw * 1e-9 == pytest.approx(rows["Sequential"][2] + rows["Combinational"][2], rel=0.05)

    told_of = {int(k): float(watt) for watt, k in re.findall(r"^ *(\S+) +\S+ +\S+ +\S+ +u(\d+)$", told, re.M)}
    theirs = np.array([told_of[k] for k in range(len(alone))]) * period * 1e-9 / 1e-15
    told_by_rules = np.array(opensta.internal(netlist, timing, loads, 0.2, opensta.OPENSTA))
    adder = library.pdk.full_adder[0]  # SkyWater's is 1 to 4 % below OpenSTA's, which is not explained
    adders = np.array([instance.cell.name == adder for instance in netlist.instances])
    assert told_by_rules[~adders] == pytest.approx(theirs[~adders], rel=0.02)
    assert told_by_rules[adders] == pytest.approx(theirs[adders], rel=0.05)

    (clock,) = netlist.clock_nets
    share = net_energies[clock] / len(netlist.sinks[clock])  # of the clock's net, in the energy of each flip-flop
    ours = np.array(
        [found.blocks[i.block].get("internal", 0) + found.blocks[i.block].get("clock", share) - share for i in alone]
    )
    flops = np.array([instance.cell.sequential for instance in netlist.instances])
    rules, last = opensta.OURS, np.array(opensta.internal(netlist, timing, loads, 0.2, opensta.OURS))
    for kind in (flops, ~flops):
        assert ours[kind].sum() / found.cycles == pytest.approx(last[kind].sum(), rel=0.01)
    for rule, factors in FACTORS[library.pdk.name].items():
        rules = rules | {rule}
        now = np.array(opensta.internal(netlist, timing, loads, 0.2, rules))
        assert [now[kind].sum() / last[kind].sum() for kind in (flops, ~flops)] == pytest.approx(factors, rel=0.03)
        last = now
    assert rules == opensta.OPENSTA
