"""Beats of the chip and of the annotation in one list, each with what is to be said of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from sparrow_ecg.model.scoring.ec57 import CLASSES
from sparrow_ecg.model.scoring.matching import ALONE, match, window
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL
from sparrow_ecg.sim.report.html.monitored import Monitored

# Open: nothing is said of it, as no beat is annotated, or it is in flutter, or the annotation has no class for it.
VERDICTS = ("agree", "other", "missed", "extra", "open")
AGREE, OTHER, MISSED, EXTRA, OPEN = range(len(VERDICTS))
UNCLASSIFIED = CLASSES.index("Q")


def beats(heard: Monitored) -> dict[str, Any]:
    """Columns of equal length, in time, for JSON: -1 stands for what a beat has not.

    at, annotated_at: sample numbers, of the chip's beat and of the annotated one.
    told, annotated:  classes, indices into `CLASSES`; symbol: that of the annotation.
    interval, margin: of the chip. verdict: index into `VERDICTS`.
    """
    record, found = heard.record, len(heard.samples)
    classes = np.array([CLASSES.index(CLASS_OF_SYMBOL[symbol]) for symbol in record.symbols], np.int64)
    pairs = match(record.peaks, heard.samples, window(record.fs), excluded=record.flutter)
    if not len(record.peaks):
        pairs = np.empty((0, 2), np.int64)
    rest = np.setdiff1d(np.arange(found), pairs[:, 1])
    ours, theirs = np.append(pairs, np.stack([np.full(len(rest), ALONE), rest], axis=1), axis=0).T
    columns = {
        "at": _at(heard.samples, theirs),
        "annotated_at": _at(record.peaks, ours),
        "told": _at(np.minimum(heard.classes, UNCLASSIFIED), theirs),
        "annotated": _at(classes, ours),
        "interval": _at(heard.intervals, theirs),
        "margin": _at(np.full(found, ALONE) if heard.margins is None else heard.margins, theirs),
    }
    verdict = np.where(columns["told"] == columns["annotated"], AGREE, OTHER)
    verdict[(verdict == OTHER) & (columns["annotated"] == UNCLASSIFIED)] = OPEN
    verdict[ours == ALONE] = EXTRA
    verdict[theirs == ALONE] = MISSED
    verdict[len(pairs) :] = OPEN
    columns["verdict"] = verdict
    order = np.argsort(np.where(theirs == ALONE, columns["annotated_at"], columns["at"]), kind="stable")
    symbols = ["" if index == ALONE else record.symbols[index] for index in ours[order]]
    return {**{name: column[order].tolist() for name, column in columns.items()}, "symbol": symbols}


def _at(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Values at an index, and `ALONE` where that is."""
    return np.append(values, ALONE)[index]
