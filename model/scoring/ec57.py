"""Scores of detected and classified beats as ANSI/AAMI EC57 has them, and an accuracy from end to end.

Annotated N, S, V, F, Q and O (no beat) are held against the chip's n, s, v, f, q and o (missed): beats are paired by
time (``matching``), and their classes counted, as WFDB's ``bxb`` does:
* QRS: Se, the share of annotated beats that were detected; +P, the share of detected ones that are annotated.
* VEB, SVEB: the same of classes V and S; a missed beat counts as one that was not called so. FPR: of all detected beats
  that are not of the class, the share that was called so. An F or a Q that is called V counts neither as right nor
  as wrong, and so does a Q that is called S. (EC57 has no FPR for SVEB; it is made in the same way.)
* The accuracy is ours: of annotated N, S, V and F the share that was detected and given that class; each extra beat
  counts as one more that was wrong. So are the scores of each class: what is annotated N, S, V or F, and is called
  another class or missed, is wrong, and what is extra, too; an annotated Q counts in none.
Classes are the project's (``AAMI``), in which the escape beats e, j and n are N, as in de Chazal et al., IEEE Trans.
Biomed. Eng. 51(7), 2004; bxb itself has them in S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.scoring.matching import ALONE, match, window
from sparrow_ecg.model.signals.ecg.mitdb import AAMI

CLASSES = tuple(AAMI)  # those of networks first, then Q
JUDGED = len(CLASSES) - 1  # without Q, which is the row of the confusion there
ANNOTATED, DETECTED = (*CLASSES, "O"), (*(name.lower() for name in CLASSES), "o")  # of the confusion's rows and columns
LEARNING = 300  # seconds at the start of a record that EC57 leaves out: an analyser may learn in them
WITHIN = 2  # samples of the annotated peak that a detected one is to be within
ECTOPIC = {"VEB": ("V", ("F", "Q")), "SVEB": ("S", ("Q",))}  # the class, and those that may be called so


@dataclass(frozen=True, eq=False)
class Compared:
    """A record's beats, annotated and detected.

    reference, test: their sample numbers, int64[beats], strictly increasing.
    annotated, told: their classes, int64[beats], indices into `CLASSES`; what is beyond is Q.
    rate:            samples in a second.
    flutter:         first and last sample of each stretch without annotated beats.
    """

    reference: np.ndarray
    annotated: np.ndarray
    test: np.ndarray
    told: np.ndarray
    rate: float
    flutter: Sequence[tuple[int, int]] = ()

    def pairs(self, learning: float = LEARNING) -> np.ndarray:
        """`match` of these beats, int64[n, 2]: without the first ``learning`` seconds."""
        begin = int(learning * self.rate + 0.5)
        return match(self.reference, self.test, window(self.rate), begin, self.flutter)


def score(
    records: Mapping[str, Compared], learning: float = LEARNING, within: int = WITHIN, each: bool = True
) -> dict[str, Any]:
    """Scores over all beats of some records (gross), the ``average`` of the records, and each of ``records``: for JSON.

    learning: seconds that are left out at the start of each record; 0 scores all.
    within:   samples, of ``peak_within``: the share of detected annotated peaks that are as near, and of each class.
    each:     whether to tell of each record.
    A score of nothing (0 of 0) is None; an average is over the records in which there is one. No records are refused.
    """
    if not records:
        raise InputError("no records to score: choose others")
    counts = {name: _count(record, record.pairs(learning), within) for name, record in records.items()}
    confusion, near = (np.sum(arrays, axis=0) for arrays in zip(*counts.values(), strict=True))
    results = {name: scores(*count) for name, count in counts.items()}
    gross = {"learning_s": learning, "within_samples": within, **scores(confusion, near)}
    gross["average"] = _average(list(results.values()))
    return {**gross, "records": results} if each else gross


def _count(record: Compared, pairs: np.ndarray, within: int) -> tuple[np.ndarray, np.ndarray]:
    """The confusion, int64[annotated or O, detected or o], and how many peaks of each annotated class are near."""
    last = len(CLASSES)
    (ours, theirs), alone = pairs.T, (pairs == ALONE).T
    rows = np.where(alone[0], last, np.minimum(_at(record.annotated, ours), last - 1))
    columns = np.where(alone[1], last, np.minimum(_at(record.told, theirs), last - 1))
    confusion = np.zeros((last + 1, last + 1), np.int64)
    np.add.at(confusion, (rows, columns), 1)
    distance = abs(_at(record.reference, ours) - _at(record.test, theirs))
    near = ~alone.any(axis=0) & (distance <= within)
    return confusion, np.bincount(rows[near], minlength=last)


def _at(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Values at an index, and anything where it is `ALONE`."""
    return np.append(values, 0)[index]


def scores(confusion: np.ndarray, near: np.ndarray) -> dict[str, Any]:
    """What is told of a confusion, int64[`ANNOTATED`, `DETECTED`], and of peaks that are near, int64[`CLASSES`].

    ``beats``, ``right`` and ``missed`` are of annotated N, S, V and F, ``extra`` of all that was detected.
    """
    paired = confusion[:-1, :-1]
    found, lost, extra = (int(part.sum()) for part in (paired, confusion[:-1, -1], confusion[-1]))
    beats, right = int(confusion[:JUDGED].sum()), int(np.diagonal(paired)[:JUDGED].sum())
    return {
        "beats": beats,
        "right": right,
        "missed": int(confusion[:JUDGED, -1].sum()),
        "extra": extra,
        "accuracy": _share(right, beats + extra),
        "QRS": {"Se": _share(found, found + lost), "+P": _share(found, found + extra)},
        **{name: _ectopic(confusion, *classes) for name, classes in ECTOPIC.items()},
        "per_class": {name: _class(confusion, k) for k, name in enumerate(CLASSES[:JUDGED])},
        "peak_within": {
            "all": _share(int(near.sum()), found),
            **{name: _share(int(n), int(row.sum())) for name, n, row in zip(CLASSES, near, paired, strict=True)},
        },
        "annotated": ANNOTATED,
        "detected": DETECTED,
        "confusion": confusion.tolist(),
    }


def _class(confusion: np.ndarray, k: int) -> dict[str, float | None]:
    """How many beats are annotated and called so, and rightly; Se, +P and F1."""
    count, called, right = int(confusion[k].sum()), int(np.delete(confusion[:, k], JUDGED).sum()), int(confusion[k, k])
    return {
        "count": count,
        "called": called,
        "right": right,
        "Se": _share(right, count),
        "+P": _share(right, called),
        "F1": _share(2 * right, count + called),
    }


def _ectopic(confusion: np.ndarray, name: str, neither: Sequence[str]) -> dict[str, float | None]:
    """Se, +P and FPR of a class; annotated beats of the classes in ``neither`` may be called so."""
    mine = CLASSES.index(name)
    others = [row for row in range(len(ANNOTATED)) if row != mine]
    wrong = [row for row in others if ANNOTATED[row] not in neither]
    hits, falsely = int(confusion[mine, mine]), int(confusion[wrong, mine].sum())
    rightly_not = int(np.delete(confusion[others, :-1], mine, axis=1).sum())
    return {
        "Se": _share(hits, int(confusion[mine].sum())),
        "+P": _share(hits, hits + falsely),
        "FPR": _share(falsely, falsely + rightly_not),
    }


def _average(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean over the records of each score, where it is one."""
    means: dict[str, Any] = {"accuracy": _mean([result["accuracy"] for result in results])}
    for group in ("QRS", *ECTOPIC, "peak_within"):
        means[group] = {name: _mean([result[group][name] for result in results]) for name in results[0][group]}
    return means


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return float(np.mean(defined)) if defined else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
