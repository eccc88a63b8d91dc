"""Netlists made by hand, of few cells."""

from __future__ import annotations

from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist

CLK, DATA = 2, 3  # nets of the inputs


def wired(library: Library, cells: list[tuple[str, dict[str, int]]], output: int, clocked: bool = True) -> Netlist:
    """Cells of SkyWater, by kind and with the net of each pin; they are called u0, u1, ..."""
    instances = [
        Instance(f"u{k}", library.cells[f"sky130_fd_sc_hd__{kind}"], pins, "top")
        for k, (kind, pins) in enumerate(cells)
    ]
    nets = 1 + max(net for _, pins in cells for net in pins.values())
    return Netlist(library, nets, instances, {"clk": [CLK], "data": [DATA]}, {"out": [output]}, {}, clocked=clocked)


def registers(library: Library, count: int, gated: bool) -> Netlist:
    """A clock, behind a gate or not, for so many flip-flops, each of which takes what the one before it has."""
    gate = [("dlclkp_1", {"CLK": CLK, "GATE": DATA, "GCLK": 4})] if gated else []
    clock = 4 if gated else CLK
    flops = [("dfxtp_1", {"CLK": clock, "D": DATA if k == 0 else 4 + k, "Q": 5 + k}) for k in range(count)]
    return wired(library, gate + flops, 4 + count, clocked=False)
