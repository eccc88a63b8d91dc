"""Which mutants nobody can catch: what they may make differ is overwritten before anybody looks at it.

Only one chip is simulated, by a solver, and beside each net a mark that is set when the net may differ in the chip with
the mutant: at its multiplexer, and from there through gates as far as their other inputs let it. Marks know nothing of
values that differ, so no arithmetic is done twice. While registers have some value a word has no mark: that is guessed
from recorded cycles, and shown to hold for ever by induction, as in `sim.mutation.relations`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from pysat.solvers import Solver

from sparrow_ecg.sim.mutation.netlist import AND, NOT, OR, XOR
from sparrow_ecg.sim.mutation.proof import Clause, Prover
from sparrow_ecg.sim.mutation.relations import When

MOST = 30_000  # guesses beyond which a proof is given up
CALLS = 20_000  # of a solver, likewise
CONFLICTS = 20_000  # in a call, likewise
Guess = tuple[int, str]  # the number of a `When`, and the word that has no mark then


class _TooHard(Exception):
    """For the solver."""


class Taint:
    """Proofs about mutants of a netlist with one clock, with what a `Prover` knows of it.

    together: registers on all of whose values at once it may depend what has a mark, beside single small ones.
    """

    def __init__(self, prover: Prover, together: Iterable[Sequence[str]] = ()):
        self.prover, self.together = prover, tuple(together)
        self.one_clock = len({(flop.clock, flop.rising, flop.at_once) for flop in prover.flops}) == 1
        self.whens: list[When] = []
        coarse = {k: name for name, flops in prover.words.items() for k in flops}
        self.words = coarse, {k: f"{name} {k}" for k, name in coarse.items()}  # by flip-flop: a mark for all, or each

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""
        if not self.one_clock:
            return False
        seen = self.prover.lanes.states(self.prover.rows, mutant)
        if not self.whens:
            self.whens = list(self._whens(seen[:, 0]))
        differ = seen[:, 0] != seen[:, 1]
        return any(_Induction(self.prover, mutant, differ, self.whens, words).holds() for words in self.words)

    def _whens(self, seen: np.ndarray) -> Iterator[When]:
        """Always; and each value that was seen of a small register, or of those together."""
        yield When((), 0, np.ones(len(seen), bool))
        joint = ([k for name in names for k in self.prover.words[name]] for names in self.together)
        for flops in (*self.prover.registers(), *joint):
            numbers = seen[:, flops].astype(np.int64) @ (1 << np.arange(len(flops)))
            for value in np.unique(numbers).tolist():
                yield When(tuple(flops), value, numbers == value)


@dataclass
class _Induction:
    """Over cycles. words: what has one mark, by flip-flop. A word that is never marked has the guess of number 0."""

    prover: Prover
    mutant: int
    differ: np.ndarray
    whens: list[When]
    words: dict[int, str]
    guesses: set[Guess] = field(default_factory=set)
    calls: int = 0

    def __post_init__(self) -> None:
        self.flops: dict[str, list[int]] = defaultdict(list)
        for k, word in self.words.items():
            self.flops[word].append(k)

    def holds(self) -> bool:
        marked = {self.words[k] for k in np.flatnonzero(self.differ.any(axis=0)).tolist()}
        self.guesses = {(0, word) for word in self.flops} - {(0, word) for word in marked}
        self._mark(marked)
        try:
            while len(self.guesses) <= MOST:
                more = self._more()
                if not more:
                    return more is not None
                self._mark(more)
        except _TooHard:
            pass
        return False

    def _mark(self, words: set[str]) -> None:
        """These may be marked, but not whenever they were never seen to differ."""
        for word in words:
            rows = self.differ[:, self.flops[word]].any(axis=1)
            self.guesses |= {(i, word) for i, when in enumerate(self.whens) if i and not (rows & when.rows).any()}

    def _more(self) -> set[str] | None:
        """Words that may be marked, too; None when a mark may be seen. Guesses that do not follow are dropped."""
        prover, flops, nets = self.prover, self.prover.flops, self.prover.netlist.nets
        never = {word for i, word in self.guesses if i == 0}
        switch = prover.netlist.switches[self.mutant]
        start = {switch, *(flops[k].q for k, word in self.words.items() if word not in never)}
        cone = prover.behind(start)
        reached = start | {prover.gates[k][4] for k in cone}
        looks = {net: guard for net, guard in prover.looked.items() if net in reached}
        told = [guess for guess in self.guesses if guess[0]]
        used = {i for i, _ in told} | {0}
        wanted = {pin for k in cone for pin in prover.gates[k][1:4]} | {abs(guard) - 1 for guard in looks.values()}
        wanted |= {flops[k].d for i in used for k in self.whens[i].flops}
        fresh = count(nets + 1)
        mark: dict[int, int] = {net: next(fresh) for net in reached - {flop.q for flop in flops}}
        state = {word: next(fresh) for word in self.flops if word not in never}
        mark |= {flops[k].q: state[word] for k, word in self.words.items() if word in state}
        with Solver(name="glucose4") as solver:
            solver.append_formula(prover.logic(wanted))
            solver.append_formula(prover.invariants)
            solver.add_clause([mark[switch]])
            for k in cone:
                solver.append_formula(_marked(prover.gates[k], mark))
            before, after = {i: next(fresh) for i in used}, {i: next(fresh) for i in used}
            now, following = [flop.q for flop in flops], [flop.d for flop in flops]
            for i in used:
                solver.add_clause([before[i], *(-each for each in self.whens[i].literals(now))])
                solver.append_formula([(-after[i], each) for each in self.whens[i].literals(following)])
            coming = {}  # the word is marked in the next cycle
            for word, members in self.flops.items():
                if marks := [mark[flops[k].d] for k in members if flops[k].d in mark]:
                    coming[word] = next(fresh)
                    solver.add_clause([-coming[word], *marks])
            held = {guess: next(fresh) for guess in told}
            for i, word in told:
                solver.add_clause([-held[i, word], -before[i], -state[word]])
            broken = {guess: next(fresh) for guess in self.guesses if guess[1] in coming}
            for (i, word), literal in broken.items():
                solver.append_formula([(-literal, after[i]), (-literal, coming[word])])
            seen = [next(fresh) for _ in looks]
            for literal, (net, guard) in zip(seen, looks.items(), strict=True):
                solver.append_formula([(-literal, mark[net]), (-literal, guard)])

            def model(wrong: Iterable[int]) -> set[int] | None:
                """In which the guesses are true and something of this is, too; none if there is none."""
                turn, self.calls = next(fresh), self.calls + 1
                solver.add_clause([-turn, *wrong])
                solver.conf_budget(CONFLICTS)
                found = solver.solve_limited(assumptions=[turn, *(held[each] for each in self.guesses if each[0])])
                if found is None or self.calls > CALLS:
                    raise _TooHard
                return set(solver.get_model()) if found else None

            # What follows from a guess mostly comes later: in the order in which they came, until all follow from all.
            order, left = sorted(used, key=lambda i: int(np.argmax(self.whens[i].rows))), -1
            while left != len(self.guesses):
                left = len(self.guesses)
                for i in order:
                    wrong = {guess: broken[guess] for guess in self.guesses if guess[0] == i and guess in broken}
                    while (found := model([*wrong.values(), *([] if i else seen)])) is not None:
                        if found.intersection(seen):
                            return None
                        gone = {guess for guess in wrong if coming[guess[1]] in found}
                        self.guesses -= gone
                        if not i:
                            return {word for _, word in gone}
                        wrong = {guess: literal for guess, literal in wrong.items() if guess not in gone}
            return set()


def _marked(gate: Sequence[int], mark: dict[int, int]) -> list[Clause]:
    """What must be for a gate's output to be marked; a net without a mark never is."""
    kind, a, b, s, y = gate

    def some(*nets: int) -> list[int]:
        return [mark[net] for net in nets if net in mark]

    unmarked = -mark[y]
    if kind == NOT:
        return [(unmarked, *some(a))]
    either = (unmarked, *some(a, b))
    if kind == XOR:
        return [either]
    if kind in (AND, OR):
        sign = 1 if kind == AND else -1
        return [either, (unmarked, *some(a), sign * (a + 1)), (unmarked, *some(b), sign * (b + 1))]
    clauses: list[Clause] = [
        (unmarked, *some(s), s + 1, *some(a)),
        (unmarked, *some(s), -(s + 1), *some(b)),
    ]
    if s in mark:
        clauses += [(*either, -mark[s], a + 1, b + 1), (*either, -mark[s], -(a + 1), -(b + 1))]
    return clauses
