"""What a regression has done to a core: what was going on at once, counted, and what should have been at least once."""

from __future__ import annotations

from collections import Counter

from sparrow_ecg.hw.build import Build

STREAM = ("nothing offered", "waits", "taken")
ANSWER = ("no answer", "answer waits", "answer taken")
# a core takes no count before its answer is taken
STREAMS = [(count, answer) for count in STREAM for answer in ANSWER if count != "taken" or answer == "no answer"]
PHASES = ("between beats", "counts", "computing", "answer")
INPUTS = ("all zero", "one not zero", "some not zero", "none zero", "all at most")


def goals(member: Build) -> list[str]:
    """For a core of this kind."""
    found = [f"counts, answer: {count}, {answer}" for count, answer in STREAMS]
    phases = ("image", *PHASES) if member.images else PHASES
    found += [f"reset in: {phase}" for phase in phases]
    found += [f"inputs of a beat: {kind}" for kind in INPUTS]
    if member.images:
        found += ["image: nothing offered", "image: taken", "image: offered during a beat"]
    return found


def holes(member: Build, seen: Counter[str]) -> list[str]:
    return [goal for goal in goals(member) if not seen[goal]]


def inputs(counts: list[int], highest: int) -> str:
    """Of a beat."""
    there = sum(count != 0 for count in counts)
    if counts == [highest] * len(counts):
        return INPUTS[4]
    return INPUTS[0 if not there else 3 if there == len(counts) else 1 if there == 1 else 2]
