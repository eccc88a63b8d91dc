"""Break the RTL on purpose: the regression must catch each mutant."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import counter, err, out
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.mutation.argued.judged import judged
from sparrow_ecg.sim.rtl import mutants as mutants_of
from sparrow_ecg.sim.rtl.mutants import Mutant


def main(
    every: Annotated[int, typer.Option(help="Only every so manyth mutant.", min=1)] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The summary, and what survived.")] = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove", help="Prove that those which are said to be equivalent are: long, and kept one by one."
        ),
    ] = False,
    folder: OutOption = Path("build/results"),
) -> None:
    check_writable(folder)
    with counter("building the cores with all their mutants, hunting them", total=None) as bar:
        mutants = mutants_of.hunt(every, lambda done, total: bar(completed=done, total=total))
    caught = [mutant for mutant in mutants if mutant.caught]
    argued = [mutant for mutant in mutants if not mutant.caught and mutant.reason]
    survived = [mutant for mutant in mutants if not mutant.caught and not mutant.reason]
    if not quiet:
        for mutant in mutants:
            out.print(mutant.line)
    for mutant in survived:
        err.print(f"SURVIVED: {mutant.line}")
    wrong = mutants_of.inexact(mutants, whole=every == 1)
    shown = _shown(argued) if prove else {}
    told = [mutant for mutant in argued if shown.get(mutant.number) is False]
    wrong += [f"a session catches what is argued to be equivalent: {mutant.line}" for mutant in told]
    for each in wrong:
        err.print(each, markup=False, highlight=False)
    proven = [mutant for mutant in argued if shown.get(mutant.number)]
    if prove:
        for mutant in argued:
            if mutant.number in shown and shown[mutant.number] is None:
                out.print(f"not proven: {mutant.line}", markup=False, highlight=False)
    by = Counter(mutant.caught[1] for mutant in caught if mutant.caught)
    checks = ", ".join(f"{count} by {check}" for check, count in by.most_common())
    out.print(
        f"{len(mutants)} mutants: {len(caught)} caught ({checks}), {len(proven)} proven equivalent,"
        f" {len(argued) - len(proven)} argued to be, {len(survived)} survived"
    )
    found = {
        "tried": len(mutants),
        "caught": len(caught),
        "proven_equal": len(proven),
        "argued": len(argued) - len(proven),
        "survive": len(survived),
    }
    path = folder / "signoff" / "mutants.regression.json"
    out.print(f"wrote {write_atomic(path, json.dumps({'regression': found}, indent=1) + chr(10))}")
    if survived or wrong:
        raise VerificationError(
            f"{len(survived)} mutants survived, and {len(wrong)} statements about those that cannot be caught are wrong"
        )


def _shown(argued: Sequence[Mutant]) -> Mapping[int, bool | None]:
    """What is proven of them, by number: see `judged`."""
    members = mutants_of.broken_cores()
    texts, _ = mutants_of.mutate(members)
    found: dict[int, bool | None] = {}
    with counter("proving", total=len(argued)) as bar:

        def judging(before: int, done: int) -> None:
            bar(completed=before + done)

        for k, (build, text) in enumerate(zip(members, texts, strict=True)):
            if some := [mutant for mutant in argued if mutant.member == k]:
                found |= judged(build, text, some, partial(judging, len(found)))
    return found
