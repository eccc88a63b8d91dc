"""How long wires are before placement, by fan-out; and the capacitance of each net, placed or not."""

from __future__ import annotations

from math import sqrt

from sparrow_ecg.sim.gates.netlist.netlist import ONE, Netlist

# Between the wire-load models that Nangate (1.1) and IHP (2.5) ship for blocks of about a thousand cells.
PITCHES_PER_SINK = 2.0
UTILISATION = 0.7  # of the core area by cells
OUTPUT_LOAD = 5.0  # fF on each output of the core: what it feeds is not part of the netlist


def estimated(netlist: Netlist) -> list[float]:
    """um of wire of each net before placement: `PITCHES_PER_SINK` cell pitches for each pin that it drives."""
    per_sink = length_per_sink(netlist)
    return [fan_out * per_sink for fan_out in netlist.fan_outs]


def capacitances(netlist: Netlist, wires: float = 1.0) -> list[float]:
    """fF of each net: the pins that it drives, and its wire, as long as it is placed or else `estimated`.

    wires: factor on the wires; 0 leaves the pins alone.
    """
    pdk = netlist.library.pdk
    lengths = estimated(netlist) if netlist.lengths is None else netlist.lengths
    ports = {net for bits in netlist.outputs.values() for net in bits}
    loads = []
    for net, (sinks, length) in enumerate(zip(netlist.sinks, lengths, strict=True)):
        per_micrometre = pdk.clock_wire if net in netlist.clock_nets else pdk.wire
        pins = sum(instance.cell.pins[pin].capacitance for instance, pin in sinks)
        load = pins + wires * length * per_micrometre + (OUTPUT_LOAD if net in ports else 0)
        loads.append(load if net > ONE else 0.0)
    return loads


def length_per_sink(netlist: Netlist) -> float:
    """Micrometres of wire for each pin that a net drives."""
    area = sum(instance.cell.area for instance in netlist.instances) / max(len(netlist.instances), 1)
    return PITCHES_PER_SINK * sqrt(area / UTILISATION)
