"""A sweep of stub points in a process of its own, to be killed."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sparrow_ecg.sim.studies.cluster import connect
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep


@dataclass(frozen=True)
class Stub:
    """A point that is measured by noting that it was."""

    key: str
    log: str
    fails: str = ""
    cost: float = 1.0

    @property
    def label(self) -> str:
        return f"stub {self.key}"

    def describe(self) -> dict[str, Any]:
        return asdict(self)


def work(stub: Stub) -> dict[str, Any]:
    with Path(stub.log).open("a") as log:
        log.write(f"{stub.key}\n")
    if stub.fails:
        raise RuntimeError(stub.fails)
    return {"value": 2 * int(stub.key)}


def stubs(folder: Path) -> list[Stub]:
    return [Stub(str(k), str(folder / "log")) for k in range(8)]


def stuck_at_the_third(stub: Stub) -> dict[str, Any]:
    """As `work`, but the third point never ends: there the sweep waits to be killed, however slow the machine."""
    log = Path(stub.log)
    if log.exists() and len(log.read_text().split()) == 2:
        threading.Event().wait()
    return work(stub)


def main(folder: Path) -> None:
    with connect(workers=1) as client:
        sweep(stubs(folder), Store(folder / "points.sqlite"), stuck_at_the_third, client)
