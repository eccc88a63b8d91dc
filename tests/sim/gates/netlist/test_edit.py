"""Netlists before and after: the same function, and what was asked for."""

from __future__ import annotations

from collections import Counter
from math import isqrt

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.library.pdks import PDKS
from sparrow_ecg.sim.gates.netlist import edit, synthesis
from sparrow_ecg.sim.gates.netlist.edit import MOST_SINKS
from tests.support.cells import libraries


def cell(kind: str, inputs: dict, outputs: dict) -> dict:
    directions = dict.fromkeys(inputs, "input") | dict.fromkeys(outputs, "output")
    pins = {pin: [bit] for pin, bit in (inputs | outputs).items()}
    return {"type": kind, "port_directions": directions, "connections": pins}


@libraries("sky130")
@pytest.mark.parametrize("sinks", [1, MOST_SINKS, MOST_SINKS + 1, 100, 300])
def test_buffers(library, sinks):
    inverter, flip_flop = "sky130_fd_sc_hd__inv_1", "sky130_fd_sc_hd__dfxtp_1"
    cells = {f"inverter{k}": cell(inverter, {"A": 2}, {"Y": 10 + k}) for k in range(sinks)}
    cells |= {f"register{k}": cell(flip_flop, {"CLK": 3, "D": "0"}, {"Q": 1000 + k}) for k in range(50)}
    module = {"cells": cells, "netnames": {}}
    edit.buffer(module, library)
    drivers = {c["connections"]["X"][0]: c["connections"]["A"][0] for c in cells.values() if "__buf_" in c["type"]}
    fan_out = Counter(c["connections"]["A"][0] for c in cells.values() if "A" in c["connections"])
    assert max(fan_out.values()) <= MOST_SINKS
    assert bool(drivers) == (sinks > MOST_SINKS)
    for k in range(sinks):  # each still hangs on net 2
        net = cells[f"inverter{k}"]["connections"]["A"][0]
        while net != 2:
            net = drivers[net]
    assert all(cells[f"register{k}"]["connections"]["CLK"] == [3] for k in range(50))  # a clock tree is not made here


def test_a_gate_before_a_block():
    """Over gates and flip-flops with an enable, of either sense; a flip-flop without one keeps its clock."""
    pdk = PDKS["sky130"]
    gate, enable, clock, output = pdk.clock_gate
    cells = {
        "gate": cell(gate, {enable: 3, clock: 2}, {output: 10}),
        "behind": cell("$_DFF_P_", {"C": 10, "D": 4}, {"Q": 11}),
        "high": cell("$_SDFFCE_PP0P_", {"C": 2, "E": 5, "R": 6, "D": 4}, {"Q": 12}),
        "low": cell("$_DFFE_PN_", {"C": 2, "E": 7, "D": 4}, {"Q": 13}),
        "free": cell("$_DFF_P_", {"C": 2, "D": 4}, {"Q": 14}),
    }
    module = {"ports": {"clk": {"bits": [2]}}, "netnames": {}, "cells": cells}
    edit.gate_the_block(module, pdk)
    wires = {name: {pin: bits[0] for pin, bits in c["connections"].items()} for name, c in cells.items()}
    root = next(w for w in wires.values() if w.get(clock) == 2)
    assert [wires[name]["C"] for name in ("behind", "free")] == [10, 2]
    assert {wires["gate"][clock], wires["high"]["C"], wires["low"]["C"]} == {root[output]}
    drivers = {w["Y"]: w for w in wires.values() if "Y" in w}

    def sources(bit: int) -> set:
        if bit not in drivers:
            return {bit}
        operands = [drivers[bit][pin] for pin in "AB" if pin in drivers[bit]]
        return set().union(*map(sources, operands)) if len(operands) == 2 else {("not", operands[0])}

    assert sources(root[enable]) == {3, 5, ("not", 7)}


@libraries("sky130")
def test_what_is_added_belongs_where_it_leads(library):
    """Blocks mapped apart: a buffer or clock gate whose sinks are all in one block is in that block."""
    network = random_network(np.random.default_rng(2), [40, 8, 3], steps=7, weight_bits=5, input_bits=4)
    build, flow = Build(network, Serial(2)), synthesis.Flow(flat=False)
    design = Design(build, library, flow, synthesis.synthesise(build, library, flow))
    kinds = library.pdk.buffer[0], library.pdk.clock_gate[0]
    added = [i for i in design.netlist.instances if i.cell.name in kinds]
    blocks = {i.name: {sink.block for net in i.outputs for sink, _ in design.netlist.sinks[net]} for i in added}
    assert len(added) > 20
    assert all(i.block in blocks[i.name] for i in added if len(blocks[i.name]) == 1)


@libraries("sky130", "asap7")
def test_gates_over_gates(library, monkeypatch):
    """Nine words behind three gates: the same answers, and the clock costs less."""
    rng = np.random.default_rng(3)
    network = random_network(rng, [9, 4, 3], steps=7, weight_bits=4, input_bits=3)
    build, flow = Build(network, Tree()), synthesis.Flow()
    counts = random_beats(rng, network, 150)

    def designed() -> Design:
        return Design(build, library, flow, synthesis.synthesise(build, library, flow))

    def clock(design: Design) -> float:
        assert measurement.check(design, counts)[1] == 0
        return measurement.energy(design, counts).energy.total("clock")

    with_gates = designed()
    monkeypatch.setattr(edit, "FEWEST_WORDS", 1000)
    monkeypatch.setattr(synthesis, "RESETS", synthesis.RESETS + "\n")  # another key of the cache
    without = designed()
    gates = [design.describe()["clock_gates"] for design in (with_gates, without)]
    assert gates[0] - gates[1] == isqrt(9)
    assert clock(with_gates) < clock(without)
