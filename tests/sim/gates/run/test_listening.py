"""A monitor chip's netlist with hosts that read its beats: what they read and take, and that a wrong wire is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.gates.energy import interface, monitoring
from sparrow_ecg.sim.gates.energy.monitoring import Stretches
from sparrow_ecg.sim.gates.run.listening import ChipListener
from tests.sim.gates.run.test_monitorsim import checked, designed
from tests.support.cells import libraries

LANES, SAMPLES = 3, 1050
DRAWN = Stretches(
    np.stack([generate("a", seconds=10, seed=k).codes[:SAMPLES] for k in range(LANES)]), (("a", 0),) * LANES
)


@libraries("sky130")
def test_hosts_read_the_beats_of_the_model(library):
    told, wrong = checked(designed(library, "monitor_chip"), DRAWN)
    assert told == 5
    assert wrong == 0


@libraries("sky130")
def test_a_wrong_wire_is_seen(library):
    """Bits of an event are mixed up on their way from place to place."""
    design = designed(library, "monitor_chip")
    broken = list(design.netlist.instances)
    stored = {i.pins["Q"] for i in broken if i.block == "events" and i.cell.register}
    places = [k for k, i in enumerate(broken) if i.block == "events" and i.pins.get("D") in stored][:40]
    wires = [broken[k].pins["D"] for k in places]
    for k, wire in zip(places, wires[1:] + wires[:1], strict=True):
        broken[k] = replace(broken[k], pins=broken[k].pins | {"D": wire})
    simulator = ChipListener(replace(design.netlist, instances=broken), design.build)
    assert monitoring.check(design, DRAWN, simulator.run(DRAWN.codes))[1] > 0


@libraries("sky130")
def test_what_a_host_takes(library, monkeypatch):
    """In a ninth of a second at the end, in which one of them reads."""
    for module in (monitoring, interface):
        monkeypatch.setattr(module, "SETTLING", (SAMPLES - 40) / 360)
    monkeypatch.setattr(interface, "SHORT", 0.02)
    design = designed(library, "monitor_chip")
    measured = monitoring.measure(design, DRAWN)
    assert monitoring.check(design, DRAWN, measured.answers)[1] == 0
    assert measured.beats == 1
    found = interface.beside(design, measured, DRAWN)
    assert 0 < found["host_nj_per_beat"] < found["samples_over_spi_nj_per_beat"]
    assert found["nobody_reads_dynamic_nw"] < measured.dynamic_nw
