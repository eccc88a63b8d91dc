"""Scores of a record as tables of the monitor's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sparrow_ecg.model.metrics import percent
from sparrow_ecg.sim.report.html.monitored import Table

SCORES = ("Se", "+P", "FPR")


def score_tables(result: Mapping[str, Any]) -> tuple[Table, Table]:
    """Of what `ec57.score` gave: its scores, and the chip's classes against those of the annotation."""
    learning = result["learning_s"]
    left_out = f"The first {learning / 60:g} minutes are left out." if learning else "The whole record is scored."
    wrong = f"missed beats ({result['missed']}) and extra ones ({result['extra']}) count as wrong"
    scores = Table(
        "Scores",
        ("", *SCORES),
        [(name, *(percent(result[name].get(score)) for score in SCORES)) for name in ("QRS", "VEB", "SVEB")],
        f"From end to end {percent(result['accuracy'])} of {result['beats']} annotated N, S, V and F beats are right;"
        f" {wrong}. Of the peaks that were found, {percent(result['peak_within']['all'])} are within"
        f" {result['within_samples']} samples of the annotated ones. By ANSI/AAMI EC57, which calls V beats VEB and S"
        f" beats SVEB. {left_out}",
    )
    classes = result["detected"][:-1]
    names = [*result["annotated"][:-1], "none"]
    confusion = [
        (name, *(str(count) if count else "·" for count in row))
        for name, row in zip(names, result["confusion"], strict=True)
    ]
    held = Table(
        "Chip against annotation",
        ("annotated", *(name.upper() for name in classes), "missed"),
        confusion,
        f"Rows are what is annotated, columns what the chip said; Q is not classified. {left_out}",
    )
    return scores, held
