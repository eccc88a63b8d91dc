"""Prove what must hold of the RTL: streams, answers, bounds, registers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.model.console import err, out
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.formal import engine, run


def main(
    name: Annotated[list[str] | None, typer.Argument(help="Of these only; a part of a name will do.")] = None,
    broken: Annotated[bool, typer.Option("--broken", help="Plant bugs in the RTL: each must be found.")] = False,
    limit: Annotated[int, typer.Option(help="Seconds for each proof.", min=1)] = engine.LIMIT,
    folder: OutOption = Path("build/results"),
) -> None:
    chosen = run.choose(name or [])
    if broken:
        _broken(chosen, limit)
        return
    rows, wrong = [], []
    for claim in chosen:
        proof = run.check(claim, folder, limit)
        rows.append(proof)
        out.print(proof.line)
        if not proof.holds:
            wrong.append(claim.name)
            err.print(proof.why, style="red")
    out.print(f"wrote {run.save(rows, folder)}")
    if wrong:
        raise VerificationError(f"not proven: {', '.join(wrong)}")


def _broken(chosen: list, limit: int) -> None:
    missed = []
    for claim in chosen:
        for bug, verdict in run.plant(claim, limit):
            out.print(f"{claim.name:20} {verdict.result:9} {verdict.seconds:6.1f} s  hw/{bug.place}: {bug.text}")
            if verdict.result != "refuted":
                missed.append(f"{claim.name}: {bug.text}")
    if missed:
        raise VerificationError(f"planted bugs that no proof has found: {'; '.join(missed)}")
