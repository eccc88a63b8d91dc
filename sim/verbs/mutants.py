"""Break the RTL on purpose, one small change at a time: the regression must catch each mutant."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.progress import Progress

from sparrow_ecg.model.console import err, out
from sparrow_ecg.sim.rtl import mutants as mutants_of


def main(
    every: Annotated[int, typer.Option(help="Only every so manyth mutant.", min=1)] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The summary, and what survived.")] = False,
) -> None:
    out.print("building four cores with all their mutants ...")
    with Progress(*Progress.get_default_columns(), console=err) as bar:
        task = bar.add_task("mutants", total=None)
        mutants = mutants_of.hunt(every, lambda done, total: bar.update(task, completed=done, total=total))
    members = mutants_of.broken_cores()
    caught = [mutant for mutant in mutants if mutant.caught]
    survived = [mutant for mutant in mutants if not mutant.caught and not mutant.reason]
    if not quiet:
        for mutant in mutants:
            out.print(mutant.line(members), markup=False, soft_wrap=True)
    for mutant in survived:
        err.print(f"SURVIVED: {mutant.line(members)}", markup=False, soft_wrap=True)
    checks = Counter(mutant.caught[1] for mutant in caught if mutant.caught)
    by = ", ".join(f"{count} by {check}" for check, count in checks.most_common())
    alike = len(mutants) - len(caught) - len(survived)
    out.print(f"{len(mutants)} mutants: {len(caught)} caught ({by}), {alike} equivalent, {len(survived)} survived")
    if survived:
        raise typer.Exit(1)
