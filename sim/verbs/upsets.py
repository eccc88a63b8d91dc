"""Turn every flip-flop over in every cycle of a beat: what becomes of it.

Of a chip on a bus: is the next beat right, or does an error cause tell?
"""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.console import counter, out
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.mutation.upsets import OUTCOMES, upset
from sparrow_ecg.sim.rtl.regression import small_network


def main(folder: OutOption = Path("build/results")) -> None:
    check_writable(folder)
    chips = {
        "tiny, tree": Build(Network.load("tiny"), Tree(), "chip", "apb"),
        "a small network, serial, 2 lanes": Build(small_network(), Serial(2), "chip", "apb"),
    }
    sums = dict.fromkeys(("tried", *OUTCOMES, "wrong"), 0)
    results = {}
    for name, chip in chips.items():
        with counter(f"{name}: cycles", total=None) as bar:
            parts = upset(chip, lambda done, total: bar(completed=done, total=total))
        table = Table("part", "tried", *OUTCOMES, "of these with a wrong answer", title=name)
        for part, found in sorted(parts.items()):
            each = found.as_dict()
            table.add_row(part, *(str(each[key]) for key in sums))
            sums = {key: total + each[key] for key, total in sums.items()}
        out.print(table)
        results[name] = {part: found.as_dict() for part, found in sorted(parts.items())}
    path = write_atomic(folder / "signoff" / "upsets.json", json.dumps(sums | {"parts": results}, indent=1) + "\n")
    out.print(", ".join(f"{count} {name}" for name, count in sums.items()))
    out.print(f"wrote {path}")
    if sums["lost"]:
        raise VerificationError(f"{sums['lost']} upsets are lost: the next beat is wrong, and nothing tells")
