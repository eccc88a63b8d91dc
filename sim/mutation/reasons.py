"""Why nobody can catch a mutant that survives though nothing proves it equal: arguments, in ``reasons.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.mutation.hunt import CAUGHT, EQUAL, SURVIVED, Mutant

FILE = Path(__file__).with_name("reasons.toml")


@dataclass(frozen=True)
class Reason:
    """Of a design's mutants whose line in the list, from its mode on, has this pattern at its beginning."""

    design: str
    pattern: str
    why: str

    def fits(self, mutant: Mutant) -> bool:
        return bool(re.match(self.pattern, mutant.where))


def load(path: Path = FILE) -> list[Reason]:
    return [Reason(**each) for each in tomllib.loads(path.read_text()).get("reason", [])]


def explained(reasons: Sequence[Reason], design: str, found: Sequence[Mutant], whole: bool) -> dict[int, str]:
    """The reason of each survivor that has one, by its number.

    whole: all mutants of the design are there, so that each of its reasons must have one.
    Raises VerificationError for a reason that is wrong, as the mutant is caught, or that is needed no more.
    """
    given: dict[int, str] = {}
    for reason in reasons:
        if reason.design != design:
            continue
        fitting = {
            outcome: [m for m in found if m.outcome == outcome and reason.fits(m)]
            for outcome in (CAUGHT, EQUAL, SURVIVED)
        }
        if fitting[CAUGHT]:
            raise VerificationError(
                f"reasons.toml: '{reason.pattern}' of {design} is said to be out of reach, but is caught:"
                f" {fitting[CAUGHT][0].line}"
            )
        if whole and not fitting[SURVIVED]:
            raise VerificationError(
                f"reasons.toml: '{reason.pattern}' of {design} is of no mutant that survives: remove it"
            )
        given |= {mutant.number: reason.why for mutant in fitting[SURVIVED]}
    return given
