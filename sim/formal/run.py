"""Every claim about the RTL: proven, and shown to be about something."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.formal.catalog import properties
from sparrow_ecg.hw.formal.harness import Property
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.formal import engine
from sparrow_ecg.sim.formal.engine import Verdict

RESULTS = "formal.json"


@dataclass(frozen=True)
class Proof:
    """What came of a claim, and of each of the things that must be possible, by name."""

    claim: Property
    verdict: Verdict
    covers: dict[str, Verdict]

    @property
    def holds(self) -> bool:
        return self.verdict.result == ("bounded" if self.claim.depth else "proven") and not self.unreached

    @property
    def unreached(self) -> list[str]:
        return [name for name, verdict in self.covers.items() if verdict.result != "reached"]

    @property
    def seconds(self) -> float:
        return self.verdict.seconds + sum(verdict.seconds for verdict in self.covers.values())

    @property
    def line(self) -> str:
        """For a person."""
        how = {"proven": "for all time", "bounded": f"for {self.verdict.depth} cycles"}.get(self.verdict.result, "")
        told = self.verdict.result if self.verdict.result != "bounded" else "proven"
        return f"{self.claim.name:20} {told:8} {how:14} {self.seconds:6.1f} s  {self.claim.claim}"

    @property
    def why(self) -> str:
        """What is wrong."""
        if self.verdict.result == "refuted":
            return f"{self.verdict.where} breaks in cycle {self.verdict.depth}: {self.verdict.wave}"
        if self.verdict.result in ("proven", "bounded"):
            return f"cannot happen, so that nothing is shown: {', '.join(self.unreached)}"
        return "the time was up: give more with --limit"

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        verdict = self.verdict
        return {
            "name": self.claim.name,
            "claim": self.claim.claim,
            "result": verdict.result,
            "seconds": round(self.seconds, 2),
            "depth": verdict.depth,
            "covers": {name: found.depth if found.result == "reached" else None for name, found in self.covers.items()},
            "wave": str(verdict.wave) if verdict.wave else None,
            "where": verdict.where or None,
        }


def choose(names: Sequence[str]) -> list[Property]:
    """The claims whose names contain one of these; all if there is none. Raises InputError where none does."""
    every = properties()
    for name in names:
        if not any(name in claim.name for claim in every):
            raise InputError(f"no claim '{name}': there are {', '.join(claim.name for claim in every)}")
    return [claim for claim in every if not names or any(name in claim.name for name in names)]


def check(claim: Property, folder: Path, limit: int = engine.LIMIT) -> Proof:
    """Prove a claim, and reach its covers; the waveform of what breaks it goes into a folder."""
    text = claim.rtlil()
    with tempfile.TemporaryDirectory() as work:
        verdict = engine.keep(engine.prove(text, Path(work), claim.depth, limit), folder / f"formal-{claim.name}.vcd")
        covers = {name: engine.cover(text, name, Path(work), limit) for name in engine.covers(text)}
    return Proof(claim, verdict, covers)


def plant(claim: Property, limit: int = engine.LIMIT) -> Iterator[tuple[Bug, Verdict]]:
    """What comes out with each of its bugs in the RTL."""
    for bug in claim.bugs:
        with bug.planted():
            text = claim.rtlil()
        with tempfile.TemporaryDirectory() as work:
            # what breaks a claim is found sooner cycle by cycle than by a proof that it holds
            yield bug, engine.prove(text, Path(work), claim.depth or engine.DEEPEST, limit)


def save(proofs: Sequence[Proof], folder: Path) -> Path:
    """Write what came out; what other claims had before stays."""
    path = folder / RESULTS
    before = json.loads(path.read_text()) if path.exists() else []
    now = {proof.claim.name: proof.as_dict() for proof in proofs}
    rows = [*(row for row in before if row["name"] not in now), *now.values()]
    part = {row["name"]: {key: row[key] for key in ("result", "seconds", "depth")} for row in rows}
    write_atomic(folder / "signoff" / "proofs.formal.json", json.dumps(part, indent=2) + "\n")
    return write_atomic(path, json.dumps(rows, indent=2) + "\n")
