"""The estimate of wires before layout: length by fan-out, and the capacitance of each net."""

from __future__ import annotations

from math import sqrt

from sparrow_ecg.sim.gates.netlist.netlist import ONE, Netlist

# Between the wire-load models that Nangate (1.1) and IHP (2.5) ship for blocks of about a thousand cells.
PITCHES_PER_SINK = 2.0
UTILISATION = 0.7  # of the core area by cells
OUTPUT_LOAD = 5.0  # fF on each output of the core: what it feeds is not part of the netlist


def capacitances(netlist: Netlist, wires: float = 1.0) -> list[float]:
    """fF of each net: the pins that it drives, and for each of them a wire of `PITCHES_PER_SINK` cell pitches.

    wires: factor on the estimate of wires; 0 leaves the pins alone.
    """
    pdk = netlist.library.pdk
    area = sum(instance.cell.area for instance in netlist.instances) / max(len(netlist.instances), 1)
    per_sink = wires * PITCHES_PER_SINK * sqrt(area / UTILISATION)
    ports = {net for bits in netlist.outputs.values() for net in bits}
    loads = []
    for net, sinks in enumerate(netlist.sinks):
        per_micrometre = pdk.clock_wire if net in netlist.clock_nets else pdk.wire
        pins = sum(instance.cell.pins[pin].capacitance for instance, pin in sinks)
        fan_out = len(sinks) + (net in ports)
        load = pins + fan_out * per_sink * per_micrometre + (OUTPUT_LOAD if net in ports else 0)
        loads.append(load if net > ONE else 0.0)
    return loads
