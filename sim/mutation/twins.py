"""Which mutants nobody can ever catch though they change what is in flip-flops: a proof by induction over cycles.

Beside the chip as it is runs its twin, with the mutant in force. ABC's ``scorr`` looks for signals that are equal in
every cycle from power-on on, and merges them; if that leaves no difference at which anybody looks, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.formal.engine import abc
from sparrow_ecg.sim.mutation.netlist import AND, NOT, OR, XOR, Netlist

CONFLICTS = 100  # of a solver, after which two signals count as unequal
# gives up as soon as an output is seen to differ
PROOF = f"read_aiger twins.aig; scorr -q -C {CONFLICTS}; strash; iprove"


class Twins:
    """Proofs about mutants of a netlist with one clock. What ABC said is kept, so that a hunt that was stopped goes on.

    guards: outputs that nobody looks at but while another is high, or low if that begins with ``~``.
    """

    def __init__(self, netlist: Netlist, guards: Mapping[str, str]):
        self.netlist, self.guards = netlist, guards
        self.one_clock = len({(flop.clock, flop.rising, flop.at_once) for flop in netlist.flops}) == 1

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""
        if not self.one_clock:
            return False
        graph = self.aiger(mutant)

        def make(folder: Path) -> None:
            (folder / "twins.aig").write_bytes(graph)
            (folder / "said.txt").write_text(abc(PROOF, folder))
            (folder / "twins.aig").unlink()

        folder = cached("twins", [version("pyosys"), PROOF, graph], make)
        return "UNSATISFIABLE" in (folder / "said.txt").read_text()

    def aiger(self, mutant: int) -> bytes:
        """Both, with the same inputs, as and-inverter graph; the output is high while somebody sees a difference."""
        netlist, flops = self.netlist, self.netlist.flops
        inputs = [net for nets in netlist.inputs.values() for net in nets]
        graph = _Graph(1 + len(inputs) + 2 * len(flops))
        both = []
        for twin in (0, 1):
            nets = {net: 2 * (1 + k) for k, net in enumerate(inputs)} | {1: 1}
            nets |= {flop.q: 2 * (1 + len(inputs) + twin * len(flops) + k) ^ flop.init for k, flop in enumerate(flops)}
            nets |= {net: twin if k == mutant else 0 for k, net in enumerate(netlist.switches)}
            for kind, a, b, s, y in netlist.gates.tolist():
                nets[y] = graph.gate(kind, nets.get(a, 0), nets.get(b, 0), nets.get(s, 0))
            both.append(nets)
        chip, other = both
        seen = 0
        for name, output in netlist.outputs.items():
            guard = self.guards.get(name, "")
            looked = chip[netlist.outputs[guard.removeprefix("~")][0]] ^ guard.startswith("~") if guard else 1
            for net in output:
                differs = graph.gate(XOR, chip.get(net, 0), other.get(net, 0), 0)
                seen = graph.gate(OR, seen, graph.both(differs, looked), 0)
        following = [nets.get(flop.d, 0) ^ flop.init for nets in both for flop in flops]
        last, ands = graph.first + len(graph.ands) - 1, len(graph.ands)
        lines = [f"aig {last} {len(inputs)} {len(following)} 1 {ands}", *map(str, following), str(seen), ""]
        return "\n".join(lines).encode() + b"".join(graph.encoded())


class _Graph:
    """Gates as ands of literals: twice a variable, one more for its inverse; 0 is low. first: variable of an and."""

    def __init__(self, first: int):
        self.first = first
        self.ands: dict[tuple[int, int], int] = {}

    def both(self, a: int, b: int) -> int:
        a, b = max(a, b), min(a, b)
        if b == 0 or a == b ^ 1:
            return 0
        if b == 1 or a == b:
            return a
        return self.ands.setdefault((a, b), 2 * (self.first + len(self.ands)))

    def gate(self, kind: int, a: int, b: int, s: int) -> int:
        if kind == NOT:
            return a ^ 1
        if kind == AND:
            return self.both(a, b)
        if kind == OR:
            return self.both(a ^ 1, b ^ 1) ^ 1
        if kind == XOR:
            a, b, s = b, b ^ 1, a
        return self.both(self.both(a, s ^ 1) ^ 1, self.both(b, s) ^ 1) ^ 1

    def encoded(self) -> Iterator[bytes]:
        """As binary AIGER has them: how far apart, seven bits a byte."""
        for (a, b), made in self.ands.items():
            for number in (made - a, a - b):
                while number >= 128:
                    yield bytes([number & 127 | 128])
                    number >>= 7
                yield bytes([number])
