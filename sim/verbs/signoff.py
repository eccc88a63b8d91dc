"""Put together what was shown of the designs: build/results/signoff.json.

From the results that single verbs have left; nothing is run. What each of them shows is in docs/SIGNOFF.md.
"""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from sparrow_ecg.model.console import out
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.report import signoff


def main(folder: OutOption = Path("build/results")) -> None:
    parts = signoff.collect(folder)
    table = Table("", "core", "nW, 25 C", "37 C", "active nJ", title="average power at 75 beats a minute, all in")
    for name, each in parts.get("power", {}).items():
        figures = (each.get(key) for key in ("average_nw_25", "average_nw_37", "active_nj"))
        table.add_row(name, each.get("core"), *("" if value is None else f"{value:.4g}" for value in figures))
    if table.row_count:
        out.print(table)
    for name, part in parts.items():
        out.print(f"{name}: {len(part)} entries")
    out.print(f"wrote {write_atomic(folder / 'signoff.json', json.dumps(parts, indent=1) + chr(10))}")
