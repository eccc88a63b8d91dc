"""Break the RTL on purpose: the regression must catch each mutant."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import counter, err, out
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.formal.twins import alike
from sparrow_ecg.sim.rtl import mutants as mutants_of


def main(
    every: Annotated[int, typer.Option(help="Only every so manyth mutant.", min=1)] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The summary, and what survived.")] = False,
    prove: Annotated[
        int, typer.Option(help="Seconds for a proof that a mutant which is said to be equivalent is; 0: none.", min=0)
    ] = 0,
    folder: OutOption = Path("build/results"),
) -> None:
    check_writable(folder)
    with counter("building the cores with all their mutants, hunting them", total=None) as bar:
        mutants = mutants_of.hunt(every, lambda done, total: bar(completed=done, total=total))
    members = mutants_of.broken_cores()
    caught = [mutant for mutant in mutants if mutant.caught]
    argued = [mutant for mutant in mutants if not mutant.caught and mutant.reason]
    survived = [mutant for mutant in mutants if not mutant.caught and not mutant.reason]
    if not quiet:
        for mutant in mutants:
            out.print(mutant.line(members))
    for mutant in survived:
        err.print(f"SURVIVED: {mutant.line(members)}")
    proven = _proven(argued, prove) if prove else 0
    checks = Counter(mutant.caught[1] for mutant in caught if mutant.caught)
    by = ", ".join(f"{count} by {check}" for check, count in checks.most_common())
    out.print(
        f"{len(mutants)} mutants: {len(caught)} caught ({by}), {proven} proven equivalent,"
        f" {len(argued) - proven} argued to be, {len(survived)} survived"
    )
    found = {
        "tried": len(mutants),
        "caught": len(caught),
        "proven_equal": proven,
        "argued": len(argued) - proven,
        "survive": len(survived),
    }
    path = folder / "signoff" / "mutants.regression.json"
    out.print(f"wrote {write_atomic(path, json.dumps({'regression': found}, indent=1) + chr(10))}")
    if survived:
        raise typer.Exit(1)


def _proven(argued: list[mutants_of.Mutant], limit: int) -> int:
    """How many of these are proven; those that some input tells apart are printed."""
    texts, _ = mutants_of.mutate(mutants_of.broken_cores())
    proven = 0
    with counter("proving", total=len(argued)) as bar:
        for done, mutant in enumerate(argued):
            found = alike(texts[mutant.member], mutant, limit)
            proven += bool(found)
            if found is False:
                err.print(f"{mutant.number} {mutant.name}: told apart, if by inputs that the regression never makes")
            bar(completed=done + 1)
    return proven
