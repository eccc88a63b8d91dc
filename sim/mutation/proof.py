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
SINGLE = 7  # bits of a register whose values are looked at
WINDOW = 3  # of larger ones and of words of memories, so many bits side by side
PAIR, SMALL = 9, 6  # bits of two whose values are looked at together; of those all, not only values that each had
LARGE = 16  # bits of registers beyond which nothing of them is looked at
ROWS = 20_000  # in which that is guessed
CONFLICTS = 20_000  # after which a proof is given up
ALWAYS = 2  # the literal of a net that is high

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
    together: registers all of whose values are looked at together, too. Raises KeyError for one that is not there.
    """

    def __init__(
        self,
        netlist: Netlist,
        lanes: Lanes,
        rows: Rows,
        guards: Mapping[str, str],
        together: Iterable[Sequence[str]] = (),
    ):
        self.netlist, self.lanes, self.rows, self.guards = netlist, lanes, rows.part(slice(ROWS)), guards
        self.gates = [tuple(gate) for gate in netlist.gates.tolist()]
        self.driver = {gate[4]: k for k, gate in enumerate(self.gates)}
        self.feeds: dict[int, list[int]] = defaultdict(list)
        for k, gate in enumerate(self.gates):
            for net in set(gate[1:4]):
                self.feeds[net].append(k)
        self.flops = netlist.flops
        states = {flop.d for flop in self.flops} | {flop.at_once[0] for flop in self.flops if flop.at_once}
        guarded: dict[int, set[int]] = defaultdict(set)
        for name, nets in netlist.outputs.items():
            for net in nets:
                guarded[net].add(self._guard(name))
        # when somebody looks at an output: a literal
        self.shown = {net: found.pop() if len(found) == 1 else ALWAYS for net, found in guarded.items()}
        self.shown |= {flop.at_once[0]: ALWAYS for flop in self.flops if flop.at_once}
        self.ends = states | self.shown.keys()
        self.looked = {net: guard for net, guard in self.shown.items() if net not in states}  # those that are no state
        self.words: dict[str, list[int]] = {}  # registers and words of memories, by name
        for k, flop in enumerate(self.flops):
            self.words.setdefault(flop.name.rpartition("[")[0] or flop.name, []).append(k)
        self.invariants: list[Clause] = []
        self.invariants = self._invariants([[k for name in names for k in self.words[name]] for names in together])

    def _guard(self, output: str) -> int:
        """A literal."""
        guard = self.guards.get(output, "")
        if not guard:
            return ALWAYS
        net = self.netlist.outputs[guard.removeprefix("~")][0]
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
        wanted = [*differing, *(abs(self.looked.get(net, ALWAYS)) - 1 for net in differing)]
        with self.twins(cone, set(distance), wanted, switch) as solver:
            solver.add_clause(self._differences(solver, differing, depth))
            solver.conf_budget(CONFLICTS)
            return solver.solve_limited() is False

    def twins(self, cone: Sequence[int], apart: set[int], wanted: Iterable[int], switch: int) -> Solver:
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

    def registers(self) -> list[list[int]]:
        """Small ones."""
        return [flops for name, flops in self.words.items() if "[" not in name and len(flops) <= SINGLE]

    def _invariants(self, together: Iterable[list[int]]) -> list[Clause]:
        """What never happens: bits that change, values of registers or parts of them, and of pairs of small ones, that
        were not seen. Those that had new ones to the end are left out: more may come. Not so those of flip-flops that
        are said to belong together.
        """
        seen = self.lanes.states(self.rows, None)[:, 0].astype(np.int64)
        candidates: dict[Clause, int] = {}  # and the last row in which there was something new
        for k in np.flatnonzero((seen == seen[0]).all(axis=0)):
            candidates[self._is([self.flops[k].q], int(seen[0, k]))] = 0
        small = self.registers()
        for flops in small:
            candidates |= self._never(flops, seen, range(1 << len(flops)))
        for flops in self.words.values():
            if flops not in small and len(flops) <= LARGE:
                for low in range(len(flops) - WINDOW + 1):
                    candidates |= self._never(flops[low : low + WINDOW], seen, range(1 << WINDOW))
        for one, other in combinations(small, 2):
            bits = len(one) + len(other)
            if bits <= SMALL:
                candidates |= self._never([*one, *other], seen, range(1 << bits))
            elif bits <= PAIR:
                each = (np.unique(seen[:, flops] @ (1 << np.arange(len(flops)))).tolist() for flops in (one, other))
                candidates |= self._never([*one, *other], seen, [a + (b << len(one)) for a, b in product(*each)])
        few = [clause for clause, last in candidates.items() if last <= len(seen) // 2]
        few += [clause for flops in together for clause in self._never(flops, seen, range(1 << len(flops)))]
        return self._inductive(few)

    def _never(self, flops: Sequence[int], seen: np.ndarray, values: Collection[int]) -> dict[Clause, int]:
        """Those of these values that flip-flops were not seen to have, and the last row with one that was new."""
        there, first = np.unique(seen[:, flops] @ (1 << np.arange(len(flops))), return_index=True)
        nets, last = [self.flops[k].q for k in flops], int(first.max())
        unseen = sorted(set(values) - set(there.tolist()))
        return {tuple(-literal for literal in self._is(nets, value)): last for value in unseen}

    def _inductive(self, candidates: list[Clause]) -> list[Clause]:
        """Those that hold in every state after one in which all of them do; all held at power-on."""
        following = {flop.q + 1: flop.d + 1 for flop in self.flops}
        used = {abs(literal) for clause in candidates for literal in clause}
        widest = max(map(len, candidates), default=0)
        literals = np.array([(*clause, *[0] * (widest - len(clause))) for clause in candidates], np.int64)
        held = np.ones(len(candidates), bool)
        active = self.netlist.nets + 1 + 2 * np.arange(len(candidates))
        broken = active + 1
        with Solver(name="glucose4") as solver:
            solver.append_formula(self.logic(following[literal] - 1 for literal in used))
            for clause, here, after in zip(candidates, active.tolist(), broken.tolist(), strict=True):
                solver.add_clause([-here, *clause])
                for literal in clause:
                    solver.add_clause([-after, -following[literal] if literal > 0 else following[-literal]])
            solver.add_clause(broken.tolist())
            afterwards = np.zeros(self.netlist.nets + 1, bool)
            now, then = np.array(sorted(used), np.int64), np.array([following[q] for q in sorted(used)], np.int64)
            while solver.solve(assumptions=active[held].tolist()):
                afterwards[now] = np.array(solver.get_model())[then - 1] > 0
                true = (afterwards[abs(literals)] == (literals > 0)) & (literals != 0)
                gone = held & ~true.any(axis=1)
                for k in broken[gone].tolist():
                    solver.add_clause([-k])
                held &= ~gone
        return [clause for clause, holds in zip(candidates, held.tolist(), strict=True) if holds]

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
