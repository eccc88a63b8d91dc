"""Which segments train and which test. A split says what it keeps apart; what it does not, it leaks.

``segment``: segments are shuffled, as in the published figures. Segments of one trial, which are alike whatever their
             label, lie on both sides: a score tells how well a network knows trials again.
``trial``:   all of a trial on one side; trials of one subject, or run, on both.
``group``:   all of a subject (DEAP) or of a run (eegmmidb) on one side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.eeg.segments import Segments

EegSplit = Literal["group", "trial", "segment"]
SPLITS: tuple[EegSplit, ...] = get_args(EegSplit)
PARTS = 5  # of segments or trials: four train


def units(segments: Segments, split: EegSplit) -> np.ndarray:
    """What is kept apart, int64[n]."""
    return {"segment": np.arange(len(segments.pixels)), "trial": segments.trial, "group": segments.group}[split]


def parts(segments: Segments, question: str, split: EegSplit, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Indices that train and that test, for each part in turn; of those that answer the question.

    As many parts as runs, else `PARTS`, or as many as there are subjects. Raises InputError where there are too few.
    """
    asked = np.flatnonzero(segments.labels[question] >= 0)
    labels, kept = segments.labels[question][asked], units(segments, split)[asked]
    there = len(np.unique(kept))
    number = there if split == "group" and segments.grouped == "run" else min(PARTS, there)
    if number < 2 or len(np.unique(labels)) < 2:
        what = segments.grouped if split == "group" else split
        raise InputError(f"{question}: {there} {what}s, {len(np.unique(labels))} classes: two of either are needed")
    kinds = {
        "segment": lambda: StratifiedKFold(number, shuffle=True, random_state=seed),
        "trial": lambda: StratifiedGroupKFold(number, shuffle=True, random_state=seed),
        "group": lambda: GroupKFold(number, shuffle=True, random_state=seed),
    }
    for train, test in kinds[split]().split(labels, labels, None if split == "segment" else kept):
        yield asked[train], asked[test]
