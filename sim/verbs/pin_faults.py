"""Let the pins of an SPI chip do what they should not, in a beat.

Pulses of sck too many or too few, chip select that lets go, resets, at every bit of its frame: is the next beat right?
"""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.model.console import counter, out
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.files import check_writable, write_atomic
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.verbs.options import OutOption
from sparrow_ecg.sim.rtl.pin_faults import OUTCOMES, hit


def main(folder: OutOption = Path("build/results")) -> None:
    check_writable(folder)
    network = Network.load("tiny")
    chips = {f"tiny, {kind}": Build(network, choose(network, kind), "chip") for kind in ("tree", "mac")}
    sums = dict.fromkeys(("tried", *OUTCOMES), 0)
    results = {}
    for name, chip in chips.items():
        with counter(f"{name}: building", total=None) as bar:
            found = hit(chip, lambda done, total: bar(description=f"{name}: faults", completed=done, total=total))  # noqa: B023
        table = Table("fault, at each bit of a beat's frame", *sums, title=name)
        results[name] = {fault: each.as_dict() for fault, each in found.items()}
        for fault, each in results[name].items():
            table.add_row(fault, *(str(each[key]) for key in sums))
            sums = {key: total + each[key] for key, total in sums.items()}
        out.print(table)
    path = write_atomic(folder / "signoff" / "pins.json", json.dumps(sums | {"chips": results}, indent=1) + "\n")
    out.print(", ".join(f"{count} {name}" for name, count in sums.items()))
    out.print(f"wrote {path}")
    if sums["lost"]:
        raise VerificationError(f"{sums['lost']} faults spoil the next beat, too")
