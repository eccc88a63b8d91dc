"""Which mutants nobody can ever catch though they change what is in flip-flops: a proof by induction over cycles.

Beside the chip as it is runs its twin, with the mutant in force. The claims are that a flip-flop of the twin is that of
the chip: always, or while one or two small registers of the chip have some values. Those that no recorded cycle
contradicts are tried; those that do not hold a cycle after all others did are dropped, until all do. If nobody sees a
difference while they hold, nobody ever will.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import count

import numpy as np
from pysat.solvers import Solver

from sparrow_ecg.sim.mutation.proof import Prover, gate_clauses

MOST = 64  # flip-flops that may differ; with more, no proof is tried
TURNS = 300  # times that claims are dropped, after which a proof is given up
CONFLICTS = 30_000  # of a solver, the same
PAIRED = 150  # conditions at most of which pairs are made, too
Condition = tuple[tuple[int, int], ...]  # flip-flops of the chip, and their values


class GivenUp(Exception):
    """A solver took too long."""


class Twins:
    """Proofs about mutants of a prover's netlist. What was recorded is taken from its rows."""

    def __init__(self, prover: Prover):
        self.prover, self.netlist, self.flops = prover, prover.netlist, prover.netlist.flops
        self.fed: dict[int, list[int]] = defaultdict(list)  # flip-flops by the nets that feed them
        for k, flop in enumerate(self.flops):
            self.fed[flop.d].append(k)

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""
        claims = Claims(self.prover, mutant)
        self.turns = 0
        with suppress(GivenUp):
            while len(claims.left) <= MOST and self.turns < TURNS:
                if (shown := self._shown(self.netlist.switches[mutant], claims)) is not None:
                    return shown
        return False

    def _shown(self, switch: int, claims: Claims) -> bool | None:
        """None: it is not known, as a flip-flop more may differ."""
        apart_flops = set(claims.left)
        if any(self.flops[k].at_once for k in apart_flops):
            return False
        looked = [*(abs(guard) - 1 for _, guard in self.prover.looks), *(self.flops[k].d for k in claims.registers)]
        with _Pair(self.prover, switch, [self.flops[k].q for k in apart_flops], looked) as pair:
            before = {k: pair.unequal(self.flops[k].q) for k in apart_flops}
            after = {k: pair.unequal(net) for net in pair.apart for k in self.fed.get(net, ())}
            seen = pair.either(
                pair.both(pair.unequal(net), guard) for net, guard in self.prover.looks if net in pair.apart
            )
            always = [after[k] for k in after.keys() - apart_flops]
            assumed: dict[tuple[int, int], int] = {}
            broken: dict[tuple[int, int], int] = {}
            while self.turns < TURNS:
                self.turns += 1
                active = [(k, number) for k in apart_flops for number in claims.needed(k)]
                for k, number in active:
                    if (k, number) not in assumed:
                        condition = [(self.flops[f], value) for f, value in claims.conditions[number]]
                        assumed[k, number] = pair.never([before[k], *(_is(flop.q, value) for flop, value in condition)])
                        if k in after:
                            now = [_is(flop.d, value) for flop, value in condition]
                            broken[k, number] = pair.both(after[k], *now)
                given = [assumed[claim] for claim in active]
                if pair.solve([seen, *given]):
                    return False
                wrong = pair.either([*always, *(broken[claim] for claim in active if claim in broken)])
                model = pair.solve([wrong, *given])
                if model is None:
                    return True
                state = {k: int(self.flops[k].d + 1 in model) for k in claims.registers}
                if claims.drop([k for k in after if after[k] in model], state):
                    return None
            return False


class Claims:
    """left: for each flip-flop that may differ, the numbers of conditions under which it is claimed to be the same.

    conditions: the first holds always, then follow values of small registers, and pairs of those.
    registers:  flip-flops that are in them.
    """

    def __init__(self, prover: Prover, mutant: int):
        states = prover.lanes.states(prover.rows, mutant)
        small = sorted({k for flops in prover.small for k in flops})
        differs = states[:, 0] != states[:, 1]
        apart = np.flatnonzero(differs.any(axis=0)).tolist()
        rows = np.unique(np.concatenate([states[:, 0, small], differs[:, apart]], axis=1), axis=0)
        column = {k: rows[:, i] for i, k in enumerate(small)}
        different = rows[:, len(small) :].astype(np.float32)
        self.registers = small
        self.conditions: list[Condition] = [()]
        self.parts: list[tuple[int, ...]] = [()]
        holds = []
        for flops in prover.small:
            for values in np.unique(np.stack([column[k] for k in flops], axis=1), axis=0).tolist():
                self.conditions.append(tuple(zip(flops, values, strict=True)))
                self.parts.append((0,))
                holds.append(np.all([column[k] == value for k, value in self.conditions[-1]], axis=0))
        held = np.array(holds, np.float32).reshape(len(holds), len(rows))
        same = held @ different == 0  # [conditions, flops]: it never differs
        self.left = {k: {1 + int(c) for c in np.flatnonzero(same[:, i])} for i, k in enumerate(apart)}
        pairs = {}
        for i, k in enumerate(apart if len(held) <= PAIRED else []):
            clash = (held * different[:, i]) @ held.T > 0
            fine = ~clash & (held @ held.T > 0) & ~same[:, i, None] & ~same[None, :, i]
            for one, other in np.argwhere(np.triu(fine, 1)).tolist():
                if (one, other) not in pairs:
                    pairs[one, other] = len(self.conditions)
                    self.conditions.append(self.conditions[1 + one] + self.conditions[1 + other])
                    self.parts.append((1 + one, 1 + other))
                self.left[k].add(pairs[one, other])

    def needed(self, flop: int) -> list[int]:
        """Without those that others imply."""
        left = self.left[flop]
        return [number for number in left if not left.intersection(self.parts[number])]

    def drop(self, flops: Sequence[int], now: dict[int, int]) -> bool:
        """What is claimed of these in this state; whether one of them was never open before."""
        true = {c for c, condition in enumerate(self.conditions) if all(now[k] == value for k, value in condition)}
        grown = False
        for k in flops:
            if k not in self.left:
                self.left[k], grown = set(range(len(self.conditions))), True
            self.left[k] -= true
        return grown


class _Pair:
    """A solver that knows the chip and what of its twin may differ. apart: these nets. Literals of the twin's nets are
    beyond those of the chip.
    """

    def __init__(self, prover: Prover, switch: int, flops: Sequence[int], also: Iterable[int]):
        nets = prover.netlist.nets
        self.solver, self.free, self.nets = Solver(name="glucose4"), count(2 * nets + 1), nets
        cone = prover.behind([switch, *flops])
        self.apart = {switch, *flops, *(prover.gates[k][4] for k in cone)}
        self.solver.append_formula([*prover.invariants, (switch + 1 + nets,)])
        fed = {net for k in cone for net in prover.gates[k][1:]}
        self.solver.append_formula(prover.logic([*fed, *also]))
        for k in cone:
            kind, *pins = prover.gates[k]
            self.solver.append_formula(
                gate_clauses(kind, *(net + 1 + (nets if net in self.apart else 0) for net in pins))
            )

    def __enter__(self) -> _Pair:
        return self

    def __exit__(self, *_: object) -> None:
        self.solver.delete()

    def unequal(self, net: int) -> int:
        literal, a, b = next(self.free), net + 1, net + 1 + self.nets
        self.solver.append_formula([(-literal, a, b), (-literal, -a, -b), (literal, -a, b), (literal, a, -b)])
        return literal

    def both(self, *literals: int) -> int:
        """A literal of which these follow."""
        made = next(self.free)
        self.solver.append_formula([(-made, literal) for literal in literals])
        return made

    def either(self, literals: Iterable[int]) -> int:
        """A literal of which one of these follows."""
        made = next(self.free)
        self.solver.add_clause([-made, *literals])
        return made

    def never(self, literals: Iterable[int]) -> int:
        """A literal of which follows that these are not all true."""
        return self.either(-literal for literal in literals)

    def solve(self, assumptions: list[int]) -> set[int] | None:
        """What is true in a solution. Raises GivenUp."""
        self.solver.conf_budget(CONFLICTS)
        found = self.solver.solve_limited(assumptions=assumptions)
        if found is None:
            raise GivenUp
        return set(self.solver.get_model()) if found else None


def _is(net: int, value: int) -> int:
    return net + 1 if value else -(net + 1)
