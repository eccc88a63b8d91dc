"""Which commands fill ``signoff.json``, and about how long each takes; what has been run is not run again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.network import NETWORKS, Network

PROGRAM = (sys.executable, "-m", "sparrow_ecg")
LEAST = ("--datapath", "mac", "--mapping", "leakage")  # the cores of least average power
GATED = ("--datapath", "tree")  # and of those that are switched off; trees of large networks are too large
SMALL = 1_000  # synapses: more of them take longer
FIXED = {
    "compare": (5, "compare"),
    "compare-mac": (5, "compare -n tiny -n steady -n frugal --datapath mac"),
    "upsets": (1, "upsets"),
    "pin-faults": (2, "pin-faults"),
    "equivalence-tree": (1, "equivalence -n tiny"),
    "equivalence-mac": (1, "equivalence -n tiny --datapath mac --mapping leakage"),
    "equivalence-chip": (1, "equivalence -n tiny --top chip"),
    "equivalence-monitor": (1, "equivalence -n watch --top monitor --mapping leakage"),
    "formal": (4, "formal"),
    "cosim": (4, "cosim"),
    "cosim-second": (3, "cosim --second"),
    "mutate": (40, "mutate"),
    "mutants": (40, "mutants --prove --quiet"),
}


@dataclass(frozen=True)
class Step:
    """A command of `sparrow`. minutes: of 2 cores, about."""

    name: str
    minutes: int
    arguments: tuple[str, ...]

    def log(self, folder: Path) -> Path:
        """What it said: there when it was right."""
        return folder / "signoff" / "said" / f"{self.name}.txt"

    def run(self, folder: Path, program: Sequence[str] = PROGRAM) -> str:
        """Run it; the last line that it said if it failed, else nothing."""
        command = [*program, *self.arguments, "--out", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        path = self.log(folder)
        if done.returncode:
            write_atomic(path.with_suffix(".failed.txt"), done.stdout)
            return (done.stdout.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        path.with_suffix(".failed.txt").unlink(missing_ok=True)
        write_atomic(path, done.stdout)
        return ""


def steps() -> Iterator[Step]:
    """All of them, the small ones first."""
    yield from (Step(name, minutes, tuple(command.split())) for name, (minutes, command) in FIXED.items())
    for network in sorted(map(Network.load, (path.stem for path in NETWORKS.glob("*.json"))), key=lambda n: n.synapses):
        minutes = 3 if network.synapses < SMALL else 30
        name = f"power-{network.name}-{network.digest[:8]}"  # another network of that name is measured anew
        if network.name == "watch":
            yield Step(name, minutes, ("gatepower-monitor", "-n", network.name))
            continue
        split = str(network.provenance.get("split"))
        command = ("gatepower", "-n", network.name, "--split", split)
        yield Step(name, minutes, (*command, *LEAST))
        gated = GATED if network.synapses < SMALL else LEAST
        yield Step(f"{name}-gated", minutes, (*command, *gated, "--power-gated"))


def left(folder: Path) -> list[Step]:
    """Those that have not been right yet. A changed design is not noticed: its log in the folder is to be removed."""
    return [step for step in steps() if not step.log(folder).exists()]
