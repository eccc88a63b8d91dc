"""What a prover finds out about a netlist, step by step, and each step kept: a hunt that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import copy
from pathlib import Path

import numpy as np

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.mutation import proof
from sparrow_ecg.sim.mutation.lanes import Lanes, Rows
from sparrow_ecg.sim.mutation.netlist import Netlist
from sparrow_ecg.sim.mutation.proof import Clause

Together = tuple[tuple[tuple[str, ...], ...], ...]


class Kept(proof.Prover):
    """As `Prover`, but what never happens is looked for in steps, and each knows what those before it have shown.

    together: each looks at all values of some sets of registers, or of single bits of them, at once; one without a set
              at what is looked at unasked, which is the first step if no other is. Raises KeyError for a register that
              is not there.
    """

    def __init__(self, netlist: Netlist, lanes: Lanes, rows: Rows, guards: Mapping[str, str], together: Together = ()):
        self.together, self.known, self.focus = together, list[Clause](), list[list[int]]()
        super().__init__(netlist, lanes, rows, guards)

    def _invariants(self, together: Iterable[list[int]]) -> list[Clause]:
        flops = self.words | {flop.name: [k] for k, flop in enumerate(self.flops)}
        seen = self.lanes.states(self.rows, None)[:, 0].astype(np.int64)
        for step in self.together if () in self.together else ((), *self.together):
            sets = [[k for name in names for k in flops[name]] for names in step]
            never = [clause for each in sets for clause in self._never(each, seen, range(1 << len(each)))]
            self.known += self._inductive(never) if step else super()._invariants(together)
        found, self.known = self.known, []
        return found

    def focused(self, names: Iterable[str]) -> Kept:
        """The same, but nothing that differs depends on other registers than these."""
        other = copy(self)
        other.focus = [self.words[name] for name in names]
        return other

    def registers(self) -> list[list[int]]:
        return self.focus or super().registers()

    def _inductive(self, candidates: list[Clause]) -> list[Clause]:
        def make(folder: Path) -> None:
            (folder / "clauses.json").write_text(json.dumps(super(Kept, self)._inductive(candidates)))

        chip = repr((self.netlist.gates.tolist(), self.flops, self.netlist.switches))
        key = [Path(proof.__file__).read_text(), chip, json.dumps(self.known), json.dumps(candidates)]
        folder = cached("inductive", key, make)
        return [tuple(clause) for clause in json.loads((folder / "clauses.json").read_text())]

    def logic(self, nets: Iterable[int]) -> list[Clause]:
        return [*super().logic(nets), *self.known]
