"""Break the RTL on purpose: the regression must catch each mutant."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from sparrow_ecg.model.console import counter, err, out
from sparrow_ecg.sim.rtl import mutants as mutants_of


def main(
    every: Annotated[int, typer.Option(help="Only every so manyth mutant.", min=1)] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The summary, and what survived.")] = False,
) -> None:
    with counter("building four cores with all their mutants, hunting them", total=None) as bar:
        mutants = mutants_of.hunt(every, lambda done, total: bar(completed=done, total=total))
    members = mutants_of.broken_cores()
    caught = [mutant for mutant in mutants if mutant.caught]
    survived = [mutant for mutant in mutants if not mutant.caught and not mutant.reason]
    if not quiet:
        for mutant in mutants:
            out.print(mutant.line(members))
    for mutant in survived:
        err.print(f"SURVIVED: {mutant.line(members)}")
    checks = Counter(mutant.caught[1] for mutant in caught if mutant.caught)
    by = ", ".join(f"{count} by {check}" for check, count in checks.most_common())
    alike = len(mutants) - len(caught) - len(survived)
    out.print(f"{len(mutants)} mutants: {len(caught)} caught ({by}), {alike} equivalent, {len(survived)} survived")
    if survived:
        raise typer.Exit(1)
