"""Static timing from the library's tables: delays, transitions, and when each net moves, earliest and latest.

Wires are capacitances without resistance. Rising and falling edges are kept apart, and so is what each edge of the
clock sets off from what the inputs do. The clock is as the netlist has it, through its buffers and gates; or ideal
(``ideal``), at all flip-flops at once, as long as it has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

import numpy as np

from sparrow_ecg.sim.gates.library.liberty import EARLIEST, LATEST, Arc
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.netlist import Instance, Netlist
from sparrow_ecg.sim.gates.netlist.tables import Tables
from sparrow_ecg.sim.gates.netlist.wires import capacitances

EDGES = ("rise", "fall")
OTHER = {"rise": "fall", "fall": "rise"}
RISING, FALLING, INPUTS = range(3)  # what sets a net off: an edge of the clock at its pin, or the inputs
LEAST_SLEW = 1e-4  # ns

Edges = tuple[float, float]  # of a rise and of a fall
Causes = tuple[float, ...]  # one of each


@dataclass(frozen=True)
class End:
    """Where a path ends: a pin that needs its data steady around an edge of its clock, or (``instance`` is None) an
    output, which is taken with the rising one. All in ns, by what sets the path off: `RISING`, `FALLING`, `INPUTS`.

    falling: the pin's data are taken with the falling edge at the clock's pin.
    late:    how much later than what sets it off the edge that takes the data has to come.
    early:   how much later than that edge the data change, if it is the one that sets them off; infinite where nothing
             is asked.
    check:   setup, or recovery.
    """

    instance: Instance | None
    pin: str
    net: int
    check: str
    falling: bool
    late: Causes
    early: Causes

    def setup(self, constraints: Constraints) -> float:
        """Slack. An output's has no clock of its own."""
        rooms, fixed = self._rooms(constraints), constraints.uncertainty
        if not self.instance:
            rooms, fixed = [room - constraints.outputs for room in rooms], 0.0
        return min(constraints.period * room - fixed - late for room, late in zip(rooms, self.late, strict=True))

    def hold(self, constraints: Constraints) -> float:
        """Slack."""
        rising, falling = self._waits
        waits = rising, falling, self._waits[constraints.falling] + constraints.inputs[0]
        found = (constraints.period * wait + early for wait, early in zip(waits, self.early, strict=True))
        return min(found) - constraints.uncertainty

    def shortest(self, constraints: Constraints) -> float:
        """The period with which there is no slack left; that of the constraints is not asked."""
        fixed, share = (constraints.uncertainty, 0.0) if self.instance else (0.0, constraints.outputs)
        return max(
            (late + fixed) / (room - share) if room > share else inf
            for room, late in zip(self._rooms(constraints), self.late, strict=True)
            if late > -inf
        )

    @property
    def period(self) -> float:
        """The shortest without constraints: inputs change with the rising edge."""
        return max(late / room for room, late in zip(self._rooms(), self.late, strict=True))

    @property
    def _waits(self) -> tuple[float, float]:
        """From the edge that takes the data to the next rising and falling one, in periods; 0 for itself."""
        return self.falling * 0.5, (not self.falling) * 0.5

    def _rooms(self, constraints: Constraints | None = None) -> list[float]:
        """From what sets a path off to the next edge that takes its data, in periods. Without constraints the inputs
        change with the rising edge.
        """
        rising, falling = self._waits
        inputs = rising if constraints is None else self._waits[constraints.falling] + constraints.inputs[1]
        return [1 - wait for wait in (rising, falling, inputs)]


@dataclass(frozen=True)
class Timing:
    """slews, arrivals: the latest of each net, (of its rise, of its fall) in ns.

    period: the longest path with what its end needs, the inputs at 0; in ns. With constraints: `End.shortest`.
    path:   cells along the longest path, with the arrival at each.
    delays: by net, how long its rise and its fall take after their cause, the mean over causes, in ns.
    ends:   where paths end.
    """

    slews: list[Edges]
    arrivals: list[Edges]
    period: float
    path: list[tuple[str, str, float]]
    delays: dict[int, Edges]
    ends: list[End] = field(default_factory=list)

    @property
    def fmax_mhz(self) -> float:
        return 1e3 / self.period if self.period else inf


def analyse(netlist: Netlist, wires: float = 1.0, ideal: bool | None = None) -> Timing:
    """Arrival and transition of every net. ideal: by default, as long as no clock tree is built."""
    return _Analysis(netlist, wires, not netlist.clocked if ideal is None else ideal).timing()


class _Analysis:
    """A level of the netlist at a time. Arrays by node, ``2 * net + edge``; ``late`` and ``early``, [cause, node]."""

    def __init__(self, netlist: Netlist, wires: float, ideal: bool):
        self.netlist, self.pdk = netlist, netlist.library.pdk
        self.loads = capacitances(netlist, wires)
        nodes = 2 * netlist.nets
        self.slews, self.sharpest, self.means = (
            np.full(nodes, self.pdk.slew),
            np.full(nodes, self.pdk.slew),
            np.zeros(nodes),
        )
        self.late, self.early = np.full((3, nodes), -inf), np.full((3, nodes), inf)
        clocks = netlist.clock_nets if ideal else {netlist.clock}
        for bits in netlist.inputs.values():
            for net in bits:
                self._start(net, (INPUTS, INPUTS))
        for net in clocks:
            self._start(net, (RISING, FALLING))
        self.tables, rows = Tables(), []
        for level in self._levels(set(clocks)):
            rows.append(self._rows(level))
        self.tables.pack()
        self.rows = [_Rows(*columns) for columns in rows if columns.size]
        for each in self.rows:
            self._through(each)

    def _start(self, net: int, causes: tuple[int, int]) -> None:
        for node, cause in enumerate(causes, start=2 * net):
            self.late[:, node], self.early[:, node] = -inf, inf
            self.late[cause, node] = self.early[cause, node] = 0.0

    def _levels(self, started: set[int]) -> list[list[Instance]]:
        """Instances by how many others are before them, flip-flops behind their clocks alone."""
        netlist, of_net = self.netlist, np.zeros(self.netlist.nets, np.int64)
        levels: list[list[Instance]] = []
        clocks = [i for i in netlist.order if set(i.outputs) & netlist.clock_nets]
        known = {id(instance) for instance in clocks}
        for instance in [*clocks, *netlist.flip_flops, *(i for i in netlist.order if id(i) not in known)]:
            if set(instance.outputs) <= started:
                continue
            causes = {arc.related for pin in instance.cell.outputs for arc in pin.arcs} & instance.pins.keys()
            level = max((of_net[instance.pins[name]] for name in causes), default=0)
            levels += [[] for _ in range(level + 1 - len(levels))]
            levels[level].append(instance)
            of_net[instance.outputs] = level + 1
        return levels

    def _rows(self, level: list[Instance]) -> np.ndarray:
        """int64[4, rows]: the node that is the cause, that which follows, tables of delay and of transition (-1: none);
        those of a node beside each other.
        """
        kinds: dict[tuple, list[Instance]] = defaultdict(list)
        for instance in level:
            kinds[instance.cell.name, tuple(instance.pins)].append(instance)
        found = [np.zeros((4, 0), np.int64)]
        for instances in kinds.values():
            pins = {name: np.array([i.pins[name] for i in instances]) for name in instances[0].pins}
            for pin in instances[0].cell.outputs:
                for arc in pin.arcs if pin.name in pins else ():
                    if arc.related not in pins or arc.kind in ("clear", "preset"):
                        continue
                    for edge, name in enumerate(EDGES):
                        if name not in arc.delay:
                            continue
                        shape = arc.transition.get(name)
                        numbers = self.tables.number(arc.delay[name]), self.tables.number(shape) if shape else -1
                        for cause in causes(arc, name):
                            source = 2 * pins[arc.related] + EDGES.index(cause)
                            same = [np.full(len(source), number) for number in numbers]
                            found.append(np.array([source, 2 * pins[pin.name] + edge, *same]))
        rows = np.concatenate(found, axis=1)
        return rows[:, np.argsort(rows[1], kind="stable")]

    def _through(self, rows: _Rows) -> None:
        """From causes to what follows, at the latest and at the earliest."""
        loads = np.array(self.loads)[rows.targets // 2]
        longest, slowest = self._delays(rows, self.slews[rows.sources], loads)
        shortest, sharpest = self._delays(rows, self.sharpest[rows.sources], loads)
        shortest = np.minimum(shortest, longest)
        rows.longest = longest
        slow, sharp = rows.most(slowest), -rows.most(-sharpest)
        self.slews[rows.nodes] = np.maximum(slow, LEAST_SLEW)
        self.sharpest[rows.nodes] = np.maximum(np.minimum(sharp, slow), LEAST_SLEW)
        self.means[rows.nodes] = np.add.reduceat(longest, rows.firsts) / rows.counts
        for late, early in zip(self.late, self.early, strict=True):
            late[rows.nodes] = rows.most(late[rows.sources] + longest)
            early[rows.nodes] = -rows.most(-(early[rows.sources] + shortest))

    def _delays(self, rows: _Rows, slews: np.ndarray, loads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        delays = np.maximum(self.tables.at(rows.delays, slews, loads), 0.0)
        return delays, np.where(rows.shapes < 0, self.pdk.slew, self.tables.at(rows.shapes, slews, loads))

    def ends(self) -> Iterator[tuple[End, int]]:
        """Each with the edge that is the latest."""
        for instance in self.netlist.instances:
            for pin in instance.cell.inputs:
                net = instance.pins.get(pin.name)
                needs = [arc for arc in pin.arcs if arc.kind.startswith(LATEST + EARLIEST)]
                if net is not None and needs and (self.late[:, 2 * net : 2 * net + 2] > -inf).any():
                    yield self._end(instance, pin.name, net, needs)
        for bits in self.netlist.outputs.values():
            for net in bits:
                late = self.late[:, 2 * net : 2 * net + 2]
                rising, falling, inputs = late.max(axis=1).tolist()
                end = End(None, "", net, "output", False, (rising, falling, inputs), (inf, inf, inf))
                yield end, int(late.max(axis=0).argmax())

    def _end(self, instance: Instance, pin: str, net: int, needs: list[Arc]) -> tuple[End, int]:
        late, early, worst, check, taking = [-inf] * 3, [inf] * 3, (-inf, 0), "setup", RISING
        for arc in needs:
            clock = 2 * instance.pins[arc.related] + int(arc.kind.endswith("falling"))
            taking = int(self.late[:INPUTS, clock].argmax())
            slew, taken = self.slews[clock], self.late[taking, clock]
            for edge, name in enumerate(EDGES):
                if name not in arc.delay:
                    continue
                node = 2 * net + edge
                for cause in (RISING, FALLING, INPUTS):
                    if arc.kind.startswith(LATEST):
                        check = "setup" if arc.kind.startswith("setup") else "recovery"
                        needed = self.late[cause, node] + arc.delay[name].at(slew, self.slews[node]) - taken
                        late[cause], worst = max(late[cause], needed), max(worst, (needed, edge))
                    else:
                        needed = self.early[cause, node] - arc.delay[name].at(slew, self.sharpest[node])
                        early[cause] = min(early[cause], needed - taken)
        falling = taking == FALLING
        return End(instance, pin, net, check, falling, tuple(late), tuple(early)), worst[1]

    def path(self, node: int | None) -> list[tuple[str, str, float]]:
        """What leads to a node at the latest."""
        found, late = [], self.late.max(axis=0)
        rows = {int(target): (level, k) for level in self.rows for k, target in enumerate(level.nodes)}
        while node in rows:
            level, k = rows[node]
            at = slice(level.firsts[k], level.firsts[k] + level.counts[k])
            driver = self.netlist.drivers[node // 2]
            found.append((driver.name, driver.cell.name, float(late[node])))
            node = int(level.sources[at][np.argmax(late[level.sources[at]] + level.longest[at])])
        return found[::-1]

    def timing(self) -> Timing:
        ends = list(self.ends())
        worst = max(ends, key=lambda end: end[0].period, default=None)
        period = float(worst[0].period) if worst else 0.0
        pairs = [
            list(zip(values[::2].tolist(), values[1::2].tolist(), strict=True))
            for values in (self.slews, np.maximum(self.late.max(axis=0), 0.0), self.means)
        ]
        delays = {net: pairs[2][net] for level in self.rows for net in (level.nodes // 2).tolist()}
        path = self.path(2 * worst[0].net + worst[1]) if worst else []
        return Timing(pairs[0], pairs[1], max(period, 0.0), path, delays, [end for end, _ in ends])


class _Rows:
    """Of a level: ``sources`` to ``targets``; ``nodes``: each target once, its rows from ``firsts`` on."""

    longest: np.ndarray

    def __init__(self, sources: np.ndarray, targets: np.ndarray, delays: np.ndarray, shapes: np.ndarray):
        self.sources, self.targets, self.delays, self.shapes = sources, targets, delays, shapes
        self.nodes, self.firsts, self.counts = np.unique(targets, return_index=True, return_counts=True)

    def most(self, values: np.ndarray) -> np.ndarray:
        """The highest of each node."""
        return np.maximum.reduceat(values, self.firsts)


def causes(arc: Arc, edge: str) -> tuple[str, ...]:
    """Edges of the related pin that can give this edge."""
    if arc.kind == "rising_edge":
        return ("rise",)
    if arc.kind == "falling_edge":
        return ("fall",)
    return {"positive_unate": (edge,), "negative_unate": (OTHER[edge],)}.get(arc.sense, EDGES)
