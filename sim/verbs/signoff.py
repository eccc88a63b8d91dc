"""Put together what was shown of the designs: build/results/signoff.json.

From the results that single verbs have left; nothing is run but with --run. What each of them shows is in
docs/SIGNOFF.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sparrow_ecg.model.console import err, out, working
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.report import figures, signoff, steps


def main(
    run: Annotated[
        bool, typer.Option("--run", help="First run all commands that fill it, hours; again goes on where it stopped.")
    ] = False,
    folder: OutOption = Path("build/results"),
) -> None:
    failed = _run(folder) if run else []
    parts = signoff.collect(folder, figures.shipped())
    table = Table(
        "", "core", "nW, 25 C", "37 C", "active nJ", "gated, 25 C", title="average power at 75 beats a minute"
    )
    for name, each in parts.get("power", {}).items():
        values = [each.get(key) for key in ("average_nw_25", "average_nw_37", "active_nj")]
        values.append(each.get("gated", {}).get("average_nw_25"))
        shown = ("" if value is None else f"{value:.4g}" for value in values)
        table.add_row(name, each.get("core"), *shown)
    if table.row_count:
        out.print(table)
    for name, part in parts.items():
        out.print(f"{name}: {len(part)} entries")
    missing = [name for name in signoff.WANTED if name not in parts]
    missing += [f"power of {name}" for name in signoff.shipped() if name not in parts.get("power", {})]
    if missing:
        out.print(f"nothing of {', '.join(missing)}: `make signoff ARGS=--run` runs what is left")
    out.print(f"wrote {write_atomic(folder / 'signoff.json', json.dumps(parts, indent=1) + chr(10))}")
    if failed:
        raise VerificationError(f"not shown: {', '.join(failed)}")


def _run(folder: Path) -> list[str]:
    """Run the commands that are left, the next even if one fails; names of those that do."""
    check_writable(folder)
    waiting, failed = steps.left(folder), []
    for k, step in enumerate(waiting):
        minutes = sum(each.minutes for each in waiting[k:])
        command = f"sparrow {' '.join(step.arguments)}"
        with working(f"{k + 1} of {len(waiting)}, about {minutes} minutes left: {command}"):
            wrong = step.run(folder)
        if wrong:
            failed.append(step.name)
        (err if wrong else out).print(f"{command}: {wrong or 'right'}", markup=False, highlight=False)
    return failed
