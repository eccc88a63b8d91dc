"""Which mutants nobody can catch though they change what is in flip-flops: what differs is not used while it does.

Beside the chip as it is runs its twin, with the mutant in force. Which flip-flops of the two are equal, always or while
a register or two have some value, is guessed from recorded cycles, and shown to hold for ever by induction: what does
not follow from all guesses is dropped, until the rest follows from itself, or somebody may see a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count

import numpy as np

from sparrow_ecg.sim.mutation.proof import Prover

WIDE = (0, 4, 6)  # bits of two registers on whose values it may depend, one after the other; 0: of single ones only
MOST = 4_000  # guesses beyond which a proof is given up
CALLS = 2_000  # of a solver, likewise
CONFLICTS = 20_000  # in a call, likewise


@dataclass(frozen=True)
class When:
    """Registers have a value: flip-flops, and the rows in which they do."""

    flops: tuple[int, ...]
    value: int
    rows: np.ndarray

    def literals(self, nets: Sequence[int]) -> list[int]:
        """Of these nets of all flip-flops."""
        return [(nets[k] + 1) * (1 if self.value >> i & 1 else -1) for i, k in enumerate(self.flops)]


class Relations:
    """Proofs about mutants of a netlist with one clock, with what a `Prover` knows of it."""

    def __init__(self, prover: Prover):
        self.prover = prover
        self.one_clock = len({(flop.clock, flop.rising, flop.at_once) for flop in prover.flops}) == 1
        self.whens: dict[int, list[When]] = {}

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""
        if not self.one_clock:
            return False
        seen = self.prover.lanes.states(self.prover.rows, mutant)
        differ = seen[:, 0] != seen[:, 1]
        for wide in WIDE:
            if wide not in self.whens:
                self.whens[wide] = list(self._whens(seen[:, 0], wide))
            if _Induction(self.prover, mutant, differ, self.whens[wide]).holds():
                return True
        return False

    def _whens(self, seen: np.ndarray, wide: int) -> Iterator[When]:
        """All values that were seen, of registers and of pairs of them."""
        registers = self.prover.registers()
        pairs = [[*one, *other] for one, other in combinations(registers, 2) if len(one) + len(other) <= wide]
        for flops in (*registers, *pairs):
            numbers = seen[:, flops] @ (1 << np.arange(len(flops)))
            for value in np.unique(numbers).tolist():
                yield When(tuple(flops), value, numbers == value)


class _TooHard(Exception):
    """For the solver."""


@dataclass
class _Induction:
    """Over cycles, of a chip and its twin. They share all flip-flops but those that ``differ`` in some row (bool[rows,
    flops]), or turn out to. A guess is the number of a `When` and a flip-flop that is equal then.
    """

    prover: Prover
    mutant: int
    differ: np.ndarray
    whens: list[When]
    apart: set[int] = field(default_factory=set)
    guesses: set[tuple[int, int]] = field(default_factory=set)
    calls: int = 0

    def holds(self) -> bool:
        self._part(set(np.flatnonzero(self.differ.any(axis=0)).tolist()))
        try:
            while len(self.guesses) <= MOST:
                more = self._more()
                if not more:
                    return more is not None
                self._part(more)
        except _TooHard:
            pass
        return False

    def _part(self, flops: set[int]) -> None:
        """These are shared no more."""
        self.apart |= flops
        for k in flops:
            rows = self.differ[:, k]
            self.guesses |= {(i, k) for i, when in enumerate(self.whens) if not (rows & when.rows).any()}

    def _more(self) -> set[int] | None:
        """Flip-flops that may come to differ, too; None when a difference may be seen. Guesses that do not follow are
        dropped on the way.
        """
        prover, flops, far = self.prover, self.prover.flops, self.prover.netlist.nets
        now, following = [flop.q for flop in flops], [flop.d for flop in flops]
        switch = prover.netlist.switches[self.mutant]
        start = {switch, *(now[k] for k in self.apart)}
        cone = prover.behind(start)
        other = start | {prover.gates[k][4] for k in cone}
        looks = {net: guard for net, guard in prover.shown.items() if net in other}
        used = {i for i, _ in self.guesses}
        wanted = (
            {net for net in following if net in other} | looks.keys() | {abs(guard) - 1 for guard in looks.values()}
        )
        wanted |= {following[k] for i in used for k in self.whens[i].flops}
        wanted |= {net for k in cone for net in prover.gates[k][1:4]}
        with prover.twins(cone, other, wanted, switch) as solver:
            fresh = count(2 * far + 1)
            differs = {net: next(fresh) for net in {*following, *looks, *start} & other}
            for net, literal in differs.items():
                a, b = net + 1, net + 1 + far
                solver.append_formula([(-literal, a, b), (-literal, -a, -b), (literal, -a, b), (literal, a, -b)])
            before, after = {i: next(fresh) for i in used}, {i: next(fresh) for i in used}
            for i in used:
                solver.add_clause([before[i], *(-each for each in self.whens[i].literals(now))])
                solver.append_formula([(-after[i], each) for each in self.whens[i].literals(following)])
            held, broken = {guess: next(fresh) for guess in self.guesses}, {}
            for i, k in self.guesses:
                solver.add_clause([-held[i, k], -before[i], -differs[now[k]]])
                if following[k] in other:
                    broken[i, k] = next(fresh)
                    solver.append_formula([(-broken[i, k], after[i]), (-broken[i, k], differs[following[k]])])
            seen = [next(fresh) for _ in looks]
            for literal, (net, guard) in zip(seen, looks.items(), strict=True):
                solver.append_formula([(-literal, differs[net]), (-literal, guard)])
            shared = {k: differs[net] for k, net in enumerate(following) if net in other and k not in self.apart}

            def model(wrong: Iterable[int]) -> set[int] | None:
                """In which the guesses are true and something of this is, too; none if there is none."""
                turn, self.calls = next(fresh), self.calls + 1
                solver.add_clause([-turn, *wrong])
                solver.conf_budget(CONFLICTS)
                found = solver.solve_limited(assumptions=[turn, *(held[guess] for guess in self.guesses)])
                if found is None or self.calls > CALLS:
                    raise _TooHard
                return set(solver.get_model()) if found else None

            if model(seen) is not None:
                return None
            while (
                found := model([*seen, *shared.values(), *(broken[guess] for guess in self.guesses & broken.keys())])
            ) is not None:
                if found.intersection(seen):
                    return None
                if more := {k for k, literal in shared.items() if literal in found}:
                    return more
                true = {i for i in used if found.issuperset(self.whens[i].literals(following))}
                gone = {(i, k) for i, k in broken if i in true and differs[following[k]] in found}
                self.guesses -= gone
            return set()
