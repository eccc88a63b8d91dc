"""Which mutants nobody can catch: SAT shows that with one in force nothing differs, a few gates behind it, or at the
pins and in the next state.

From any state and for any inputs, but for what never happens: bits that never change, values of small registers and
pairs of them. That is guessed from recorded cycles, and shown to hold for ever, by induction, before it is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations, product

import numpy as np
from pysat.solvers import Solver

from sparrow_ecg.sim.mutation.lanes import Lanes, Rows
from sparrow_ecg.sim.mutation.netlist import AND, NOT, OR, XOR, Netlist

DEPTHS = (1, 4, 12, 1 << 30)  # gates behind the mutant beyond which nothing may differ: the nearest that will do
SMALL = 4  # bits of a register whose values are looked at, and those of pairs of such
SINGLE = 6  # bits of one that is looked at alone
MANY = 2_000  # guesses
ROWS = 20_000  # in which that is guessed
CONFLICTS = 20_000  # after which a proof is given up

Clause = tuple[int, ...]  # of literals: net + 1, or that with a minus


def gate_clauses(kind: int, a: int, b: int, s: int, y: int) -> list[Clause]:
    if kind == NOT:
        return [(a, y), (-a, -y)]
    if kind == AND:
        return [(-a, -b, y), (a, -y), (b, -y)]
    if kind == OR:
        return [(a, b, -y), (-a, y), (-b, y)]
    if kind == XOR:
        return [(-a, -b, -y), (a, b, -y), (a, -b, y), (-a, b, y)]
    return [(s, -a, y), (s, a, -y), (-s, -b, y), (-s, b, -y), (-a, -b, y), (a, b, -y)]


class Prover:
    """Of mutants of a netlist, by what was seen in some rows.

    guards: outputs that nobody looks at but while another is high, or low if that begins with ``~``.
    """

    def __init__(self, netlist: Netlist, lanes: Lanes, rows: Rows, guards: Mapping[str, str]):
        self.netlist, self.lanes, self.rows, self.guards = netlist, lanes, rows.part(slice(ROWS)), guards
        self.gates = [tuple(gate) for gate in netlist.gates.tolist()]
        self.driver = {gate[4]: k for k, gate in enumerate(self.gates)}
        self.feeds: dict[int, list[int]] = defaultdict(list)
        for k, gate in enumerate(self.gates):
            for net in set(gate[1:4]):
                self.feeds[net].append(k)
        self.flops = netlist.flops
        states = {flop.d for flop in self.flops} | {flop.at_once[0] for flop in self.flops if flop.at_once}
        self.looks = [(net, self._guard(name)) for name, nets in netlist.outputs.items() for net in nets]
        self.looks += [(flop.at_once[0], 2) for flop in self.flops if flop.at_once]
        shown = {net: name for name, nets in netlist.outputs.items() for net in nets}
        self.ends = states | shown.keys()
        # when somebody looks at a net that is nothing but an output
        self.looked = {net: self._guard(name) for net, name in shown.items() if net not in states}
        words: dict[str, list[int]] = defaultdict(list)
        for k, flop in enumerate(self.flops):
            words[flop.name.partition("[")[0]].append(k)
        self.single = [flops for flops in words.values() if len(flops) <= SINGLE]
        self.small = [flops for flops in self.single if len(flops) <= SMALL]
        self.invariants: list[Clause] = []
        self.invariants = self._invariants()

    def _guard(self, output: str) -> int:
        """A literal."""
        guard = self.guards.get(output, "")
        net = self.netlist.outputs[guard.removeprefix("~")][0] if guard else 1
        return -(net + 1) if guard.startswith("~") else net + 1

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""
        return any(self._near(self.netlist.switches[mutant], depth) for depth in DEPTHS)

    def _near(self, switch: int, depth: int) -> bool:
        distance = {switch: 0}
        cone = []
        for k in self.behind([switch]):
            far = 1 + min((distance[net] for net in self.gates[k][1:4] if net in distance), default=depth)
            if far <= depth:
                distance[self.gates[k][4]] = far
                cone.append(k)
        differing = [
            net
            for net in distance
            if net != switch and (net in self.ends or any(self.gates[k][4] not in distance for k in self.feeds[net]))
        ]
        wanted = [*differing, *(abs(self.looked.get(net, 2)) - 1 for net in differing)]
        with self._twins(cone, set(distance), wanted, switch) as solver:
            solver.add_clause(self._differences(solver, differing, depth))
            solver.conf_budget(CONFLICTS)
            return solver.solve_limited() is False

    def _twins(self, cone: Sequence[int], apart: set[int], wanted: Iterable[int], switch: int) -> Solver:
        """A solver for the chip as it is, and for gates of the other; literals of its nets are beyond ``nets``. They
        share all other nets.
        """
        solver = Solver(name="glucose4")
        solver.append_formula(self.logic(wanted))
        for k in cone:
            kind, *nets = self.gates[k]
            solver.append_formula(gate_clauses(kind, *(self._other(net, apart) for net in nets)))
        solver.append_formula(self.invariants)
        solver.add_clause([switch + 1 + self.netlist.nets])
        return solver

    def _other(self, net: int, apart: set[int]) -> int:
        """The literal of the other chip's net."""
        return net + 1 + (self.netlist.nets if net in apart else 0)

    def _differences(self, solver: Solver, nets: Sequence[int], depth: int) -> list[int]:
        """A literal for each net: it differs in the other chip. At the end of all gates, while somebody looks at it."""
        first = 2 * self.netlist.nets + 1
        for literal, net in enumerate(nets, first):
            a, b = net + 1, net + 1 + self.netlist.nets
            solver.append_formula([(-literal, a, b), (-literal, -a, -b)])
            if depth == DEPTHS[-1] and net in self.looked:
                solver.add_clause([-literal, self.looked[net]])
        return list(range(first, first + len(nets)))

    @staticmethod
    def _is(nets: Sequence[int], value: int) -> Clause:
        return tuple(net + 1 if value >> i & 1 else -(net + 1) for i, net in enumerate(nets))

    def _invariants(self) -> list[Clause]:
        """What never happens: bits that change, values of small registers, and pairs of them, that were not seen. Of
        too many, those that had new ones to the end are left out: more may come.
        """
        seen = self.lanes.states(self.rows, None)[:, 0]
        candidates: dict[Clause, int] = {}  # and the last row in which there was something new
        for k in np.flatnonzero((seen == seen[0]).all(axis=0)):
            candidates[self._is([self.flops[k].q], int(seen[0, k]))] = 0
        values = [(flops, seen[:, flops] @ (1 << np.arange(len(flops)))) for flops in self.single]
        for flops, numbers in values:
            candidates |= self._never(flops, numbers, range(1 << len(flops)))
        for (one, first), (other, second) in combinations(values, 2):
            if 1 < len(one) <= SMALL and 1 < len(other) <= SMALL:
                each = [a + (b << len(one)) for a, b in product(np.unique(first).tolist(), np.unique(second).tolist())]
                candidates |= self._never([*one, *other], first + (second << len(one)), each)
        early = len(seen) // 2 if len(candidates) > MANY else len(seen)
        return self._inductive([clause for clause, last in candidates.items() if last <= early])

    def _never(self, flops: Sequence[int], seen: np.ndarray, values: Collection[int]) -> dict[Clause, int]:
        """Those of these values that were not seen."""
        there, first = np.unique(seen, return_index=True)
        nets, last = [self.flops[k].q for k in flops], int(first.max())
        unseen = sorted(set(values) - set(there.tolist()))
        return {tuple(-literal for literal in self._is(nets, value)): last for value in unseen}

    def _inductive(self, candidates: list[Clause]) -> list[Clause]:
        """Those that hold in every state after one in which all of them do; all held at power-on."""
        following = {flop.q + 1: flop.d + 1 for flop in self.flops}
        used = {abs(literal) for clause in candidates for literal in clause}
        free = self.netlist.nets
        active, broken = {}, {}
        with Solver(name="glucose4") as solver:
            solver.append_formula(self.logic(following[literal] - 1 for literal in used))
            for number, clause in enumerate(candidates):
                active[clause], broken[clause] = free + 1 + 2 * number, free + 2 + 2 * number
                solver.add_clause([-active[clause], *clause])
                for literal in clause:
                    after = following[literal] if literal > 0 else -following[-literal]
                    solver.add_clause([-broken[clause], -after])
            held, turn = set(candidates), free + 2 + 2 * len(candidates)
            while True:
                turn += 1
                solver.add_clause([-turn, *(broken[clause] for clause in held)])
                if not solver.solve(assumptions=[turn, *(active[clause] for clause in held)]):
                    return [clause for clause in candidates if clause in held]
                model = set(solver.get_model())
                after_it = {q: d in model for q, d in following.items() if q in used}
                held -= {clause for clause in held if not any(after_it[abs(x)] == (x > 0) for x in clause)}

    def logic(self, nets: Iterable[int]) -> list[Clause]:
        """All on which these nets depend, without mutants."""
        clauses: list[Clause] = [(-1,), (2,), *((-(net + 1),) for net in self.netlist.switches)]
        for k in self.before(nets):
            kind, *pins = self.gates[k]
            clauses += gate_clauses(kind, *(net + 1 for net in pins))
        return clauses

    def behind(self, nets: Iterable[int]) -> list[int]:
        """All gates that these reach, in their order."""
        found: set[int] = set()
        waiting = list(nets)
        while waiting:
            for k in self.feeds[waiting.pop()]:
                if k not in found:
                    found.add(k)
                    waiting.append(self.gates[k][4])
        return sorted(found)

    def before(self, nets: Iterable[int]) -> list[int]:
        """All gates on which these depend, in their order."""
        found: set[int] = set()
        waiting = list(nets)
        while waiting:
            k = self.driver.get(waiting.pop())
            if k is not None and k not in found:
                found.add(k)
                waiting += self.gates[k][1:4]
        return sorted(found)
