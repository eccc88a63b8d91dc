"""Mutants of all generated RTL, by Yosys: who is caught, who cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.model.console import counter, err, out
from sparrow_ecg.model.errors import InputError, VerificationError
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.mutation import hunt, reasons
from sparrow_ecg.sim.mutation.designs import DESIGNS

GOAL = 0.99  # of those that are not proven equal
COUNTS = ("tried", "caught", "proven_equal", "survive", "argued")


def main(
    design: Annotated[list[str] | None, typer.Argument(help=f"Of these only: {', '.join(DESIGNS)}.")] = None,
    share: Annotated[float, typer.Option(help="Of the mutants, a share.", min=0.01, max=10.0)] = 1.0,
    prove: Annotated[
        bool, typer.Option(help="Try to prove that what is not caught is equal: most of the time.")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Of the survivors only those without a reason.")] = False,
    folder: OutOption = Path("build/results"),
) -> None:
    if unknown := set(design or []) - set(DESIGNS):
        raise InputError(f"no design '{unknown.pop()}': choose of {', '.join(DESIGNS)}")
    check_writable(folder)
    path = folder / "signoff" / "mutants.json"
    table = Table("design", "tried", "caught", "proven equal", "survive", "of these argued", "caught of the others")
    results = {}
    known = reasons.load()
    for name in design or DESIGNS:
        given = DESIGNS[name]
        with counter(f"{name}: building", total=None) as bar:
            found = hunt.hunt(
                given,
                round(share * given.mutants),
                lambda what, done, total: bar(description=f"{name}: {what}", completed=done, total=total),  # noqa: B023
                prove,
            )
        why = reasons.explained(known, name, found, whole=share == 1.0)
        results[name] = hunt.summary(found, why)
        table.add_row(name, *_figures(results[name]))
        for mutant in found:
            if mutant.outcome == hunt.SURVIVED and not (quiet and mutant.number in why):
                told = why.get(mutant.number, "nothing says why")
                err.print(f"{name} {mutant.line} | {told}", markup=False, highlight=False)
    total = {key: sum(each[key] for each in results.values()) for key in COUNTS}
    table.add_row("all", *_figures(total))
    out.print(table)
    out.print(
        f"wrote {write_atomic(path, json.dumps(total | {'seed': hunt.SEED, 'designs': results}, indent=1) + chr(10))}"
    )
    judge(total)


def judge(total: dict[str, int]) -> None:
    """Raise VerificationError when too few of all mutants are caught, or one survives and has no reason."""
    rate, unexplained = _rate(total), total["survive"] - total["argued"]
    missed = "" if rate >= GOAL else f": missed by {100 * (GOAL - rate):.2f} %"
    out.print(f"goal: {100 * GOAL:.0f} % of those that are not proven equal are caught{missed}")
    if unexplained:
        raise VerificationError(f"{unexplained} mutants survive, and nothing says why nobody could catch them")
    if missed:
        raise VerificationError(f"{100 * rate:.2f} % of the mutants that are not proven equal are caught{missed}")


def _rate(counts: dict[str, int]) -> float:
    others = counts["tried"] - counts["proven_equal"]
    return counts["caught"] / others if others else 1.0


def _figures(counts: dict[str, int]) -> list[str]:
    numbers = [str(counts[key]) for key in COUNTS]
    return [*numbers, f"{100 * _rate(counts):.2f} %"]
