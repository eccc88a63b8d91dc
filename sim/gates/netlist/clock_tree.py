"""The clock tree: buffers before and behind the clock gates, and gates that are strong enough for what they drive.

From the flip-flops upwards, each net of the clock is given to the weakest cell of its gate's kind that drives it within
the library's limits at every corner. Where none does, its pins are clustered, and each cluster gets a buffer: behind
the gate, where it only moves while that is open. (A second gate beside the first would move with every edge of the
clock.)
What the pin ``clk`` drives is one buffer. Then branches that are early by more than `SKEW` are slowed down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from sparrow_ecg.sim.gates.library.liberty import Cell, Library
from sparrow_ecg.sim.gates.netlist.draft import Draft, Sink, strengths
from sparrow_ecg.sim.gates.netlist.netlist import CLOCK_BLOCK, Netlist
from sparrow_ecg.sim.gates.netlist.timing import analyse
from sparrow_ecg.sim.gates.netlist.wires import length_per_sink
from sparrow_ecg.sim.tools import BuildError

SLEW = 0.3  # of the transition that the library allows: the most in the tree, with that at the cell's input, too
LOAD = 0.9  # of what it allows: wires are an estimate
SKEW = 2.5  # transitions of the clock at its pin: the target, between flip-flops at the default corner
SPREAD = 0.76  # Steiner trees of n points in an area A are about so many times sqrt(n A) long
MORE_CLUSTERS = 3  # than needed, that are tried for the least energy

Position = tuple[float, float]


def build(netlist: Netlist, libraries: Sequence[Library], positions: Mapping[str, Position] | None = None) -> Netlist:
    """The netlist with its clock tree. libraries: the corners to be kept, of one PDK, the netlist's own first.

    positions: of instances by name, in um: clusters are of what is near, and wires as long as that needs. Without them
    clusters are in the netlist's order, which keeps registers together, and wires as of `wires`.
    Raises BuildError where no cell of the library can drive what a net of the clock has to.
    """
    tree = _Tree(netlist, libraries, dict(positions or {}))
    for instance in reversed([i for i in netlist.order if set(i.outputs) <= netlist.clock_nets and i.outputs]):
        for net in instance.outputs:
            tree.drive(net)
    tree.plant(netlist.clock)
    for _ in range(MORE_CLUSTERS):
        if not tree.balance():
            break
    return tree.draft.finish(clocked=True)


class _Tree:
    def __init__(self, netlist: Netlist, libraries: Sequence[Library], positions: dict[str, Position]):
        self.draft, self.libraries, self.positions = Draft(netlist), libraries, positions
        pdk = netlist.library.pdk
        self.square = netlist.library.voltage**2
        self.skew = SKEW * pdk.slew
        self.per_sink = length_per_sink(netlist)
        self.added: set[str] = set()
        self.buffers = strengths(netlist.library, netlist.library.cells[pdk.clock_buffer], weakest=True)

    def drive(self, net: int) -> None:
        """Behind a gate."""
        driver = self.draft.instances[self.draft.drivers[net]]
        while True:
            fit = [
                cell for cell in strengths(self.draft.library, driver.cell) if self._fits(cell, self.draft.sinks[net])
            ]
            if fit:
                return self.draft.resize(driver.name, fit[0])
            self._cluster(net)

    def plant(self, root: int) -> None:
        """Behind the pin."""
        while len(self.draft.sinks[root]) > 1 or self.draft.sinks[root][0][0] not in self.added:
            self._cluster(root)

    def balance(self) -> bool:
        """Slow down what is early; whether there was any such branch."""
        timing = analyse(self.draft.finish(clocked=True))
        leaves = {
            net: sinks for net, all_of_it in enumerate(self.draft.sinks) if (sinks := self._flip_flops(all_of_it))
        }
        arrivals = {net: timing.arrivals[net][0] for net in leaves if net in self.draft.drivers}
        latest = max(arrivals.values(), default=0.0)
        early = [net for net, arrival in arrivals.items() if arrival < latest - self.skew]
        for net in early:
            self._put(self._weakest(leaves[net]), net, leaves[net])
        return bool(early)

    def _flip_flops(self, sinks: Sequence[Sink]) -> list[Sink]:
        """Those whose pin is a clock."""
        found = []
        for name, pin in sinks:
            cell = self.draft.instances[name].cell
            if cell.register and cell.pins[pin].clock:
                found.append((name, pin))
        return found

    def _cluster(self, net: int) -> None:
        """Put buffers between a net and its sinks, as few and as weak as cost the least energy."""
        sinks, best = list(self.draft.sinks[net]), None
        tried = 0
        for clusters in range(1, len(sinks) + 1):
            groups = self._split(sinks, clusters)
            for cell in self.buffers:
                if all(self._fits(cell, group) for group in groups):
                    energy = sum(self._energy(cell, group) for group in groups)
                    best = min(best or (energy, 0, groups, cell), (energy, clusters, groups, cell), key=lambda b: b[0])
            tried += best is not None
            if tried > MORE_CLUSTERS:
                break
        if best is None or (len(best[2]) == len(sinks) > 1):
            raise BuildError(f"no {self.buffers[-1].name} can drive the clock's pins at every corner")
        for group in best[2]:
            self._put(best[3], net, group)

    def _put(self, cell: Cell, net: int, group: Sequence[Sink]) -> None:
        name = self.draft.put(cell, net, group, CLOCK_BLOCK)
        self.added.add(name)
        known = [self.positions[sink] for sink, _ in group if sink in self.positions]
        if known:
            self.positions[name] = sum(x for x, _ in known) / len(known), sum(y for _, y in known) / len(known)

    def _weakest(self, sinks: Sequence[Sink]) -> Cell:
        return next((cell for cell in self.buffers if self._fits(cell, sinks)), self.buffers[-1])

    def _split(self, sinks: list[Sink], parts: int) -> list[list[Sink]]:
        """By position, cutting the longer side of what they cover; else one after the other."""
        if parts == 1:
            return [sinks]
        if known := [self.positions[name] for name, _ in sinks if name in self.positions]:
            axis = int(_extent(known)[1] > _extent(known)[0])
            sinks = sorted(sinks, key=lambda sink: self.positions.get(sink[0], known[0])[axis])
        first = parts // 2
        cut = len(sinks) * first // parts
        return self._split(sinks[:cut], first) + self._split(sinks[cut:], parts - first)

    def _fits(self, cell: Cell, sinks: Sequence[Sink]) -> bool:
        wire = self._wire(sinks)
        for library in self.libraries:
            (pin,) = library.cells[cell.name].outputs
            pins = [library.cells[self.draft.instances[name].cell.name].pins[entry] for name, entry in sinks]
            load = wire + sum(p.capacitance for p in pins)
            slew = SLEW * min(pin.most_transition, *(p.most_transition for p in pins))
            if load > LOAD * pin.most_load or sum(p.sinks for p in pins) > pin.most_sinks:
                return False
            if any(table.at(slew, load) > slew for arc in pin.arcs for table in arc.transition.values()):
                return False
        return True

    def _energy(self, cell: Cell, sinks: Sequence[Sink]) -> float:
        """fJ of a cycle of the clock: the buffer's inside, its input, and the wires."""
        (entry,), (output,) = cell.inputs, cell.outputs
        slew, wire = self.draft.library.pdk.slew, self._wire(sinks)
        load = wire + sum(self.draft.instances[name].cell.pins[pin].capacitance for name, pin in sinks)
        inside = sum(t.at(slew, load) for p in output.powers for t in (p.rise, p.fall) if t) / max(
            len(output.powers), 1
        )
        above = self.per_sink * self.draft.library.pdk.clock_wire
        return inside + self.square * (entry.capacitance + wire + above)

    def _wire(self, sinks: Sequence[Sink]) -> float:
        """fF."""
        known = [self.positions[name] for name, _ in sinks if name in self.positions]
        length = len(sinks) * self.per_sink
        if known:
            width, height = _extent(known)
            length = max(width + height, SPREAD * sqrt(len(sinks) * width * height))
        return length * self.draft.library.pdk.clock_wire


def _extent(points: Sequence[Position]) -> Position:
    xs, ys = zip(*points, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)
