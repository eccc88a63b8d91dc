"""Static timing from the library's tables: delays, transitions, and the longest path.

Zero-resistance wires, one clock, ideal but for its transition time; rising and falling edges are kept apart. That
is what is known before layout. Hold is not looked at: it is a matter of the clock tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from sparrow_ecg.sim.gates.library.liberty import Arc
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist
from sparrow_ecg.sim.gates.netlist.wires import capacitances

EDGES = ("rise", "fall")
OTHER = {"rise": "fall", "fall": "rise"}


@dataclass(frozen=True)
class Timing:
    """slews, arrivals: by net, (of its rise, of its fall) in ns. period: the shortest clock, in ns.

    path:   cells along the longest path, with the arrival at each.
    delays: by net, how long its rise and its fall take after their cause, the mean over causes, in ns.
    """

    slews: list[tuple[float, float]]
    arrivals: list[tuple[float, float]]
    period: float
    path: list[tuple[str, str, float]]
    delays: dict[int, tuple[float, float]]

    @property
    def fmax_mhz(self) -> float:
        return 1e3 / self.period if self.period else float("inf")


def analyse(netlist: Netlist, wires: float = 1.0) -> Timing:
    """Arrival and transition of every net, inputs and clock arriving at 0."""
    pdk = netlist.library.pdk
    loads = capacitances(netlist, wires)
    slews = [dict.fromkeys(EDGES, pdk.slew) for _ in range(netlist.nets)]
    arrivals = [dict.fromkeys(EDGES, 0.0) for _ in range(netlist.nets)]
    origin: dict[tuple[int, str], tuple[Instance, int, str]] = {}
    delays: dict[int, tuple[float, float]] = {}

    def through(instance: Instance) -> None:
        for pin in instance.cell.outputs:
            net = instance.pins.get(pin.name)
            if net is None or net in netlist.clock_nets:
                continue
            best = dict.fromkeys(EDGES, (0.0, pdk.slew))
            taken: dict[str, list[float]] = {edge: [] for edge in EDGES}
            for arc in pin.arcs:
                source = instance.pins.get(arc.related)
                if source is None or arc.kind in ("clear", "preset"):
                    continue
                for edge, table in arc.delay.items():
                    for cause in causes(arc, edge):
                        slew = slews[source][cause]
                        delay = max(table.at(slew, loads[net]), 0.0)
                        arrival = arrivals[source][cause] + delay
                        transition = arc.transition[edge].at(slew, loads[net]) if edge in arc.transition else pdk.slew
                        taken[edge].append(delay)
                        if arrival >= best[edge][0]:
                            origin[net, edge] = (instance, source, cause)
                        best[edge] = max(best[edge][0], arrival), max(best[edge][1] if best[edge][0] else 0, transition)
            rise, fall = (sum(taken[edge]) / max(len(taken[edge]), 1) for edge in EDGES)
            delays[net] = rise, fall
            for edge in EDGES:
                arrivals[net][edge], slews[net][edge] = best[edge][0], max(best[edge][1], 1e-4)

    for instance in netlist.flip_flops:
        through(instance)
    for instance in netlist.order:
        through(instance)

    worst, end = 0.0, (0, "rise")
    for instance in netlist.instances:
        for pin in instance.cell.inputs:
            net = instance.pins.get(pin.name)
            setups = [arc for arc in pin.arcs if arc.kind.startswith("setup")]
            if net is None or not setups:
                continue
            for edge in EDGES:
                setup = max(
                    (a.delay[edge].at(pdk.slew, slews[net][edge]) for a in setups if edge in a.delay), default=0
                )
                # what is taken with the falling edge has half a period, as all else moves with the rising one
                needed = (arrivals[net][edge] + setup) * (2 if setups[0].kind.endswith("falling") else 1)
                if needed > worst:
                    worst, end = needed, (net, edge)
    for bits in netlist.outputs.values():
        for net in bits:
            for edge in EDGES:
                if arrivals[net][edge] > worst:
                    worst, end = arrivals[net][edge], (net, edge)

    path = []
    while end in origin:
        instance, source, cause = origin[end]
        path.append((instance.name, instance.cell.name, arrivals[end[0]][end[1]]))
        end = (source, cause)

    def pairs(values: list[dict[str, float]]) -> list[tuple[float, float]]:
        return [(value["rise"], value["fall"]) for value in values]

    return Timing(pairs(slews), pairs(arrivals), worst, path[::-1], delays)


def causes(arc: Arc, edge: str) -> tuple[str, ...]:
    """Edges of the related pin that can give this edge."""
    if arc.kind == "rising_edge":
        return ("rise",)
    if arc.kind == "falling_edge":
        return ("fall",)
    return {"positive_unate": (edge,), "negative_unate": (OTHER[edge],)}.get(arc.sense, EDGES)
