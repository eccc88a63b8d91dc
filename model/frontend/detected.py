"""What the front end hears of annotated beats: for training on what the chip will see, and for scores end to end.

Heard beats are paired with annotated ones by `scoring.matching`. Positions are those of the annotated beats, so that a
split of them holds for what is heard of them, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sparrow_ecg.model.frontend.frontend import FrontEnd, Heard, hearable
from sparrow_ecg.model.scoring.matching import ALONE, match, window
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.encoders import Encoder
from sparrow_ecg.model.signals.ecg.mitdb import SAMPLING_RATE
from sparrow_ecg.model.signals.ecg.records import Record


@dataclass(frozen=True, eq=False)
class Extra:
    """Beats that were heard where none is annotated, not even one of class Q.

    record: str[n]. peak: int64[n]. judged, counts: as `Detected` has them.
    """

    record: np.ndarray
    peak: np.ndarray
    judged: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True, eq=False)
class Detected:
    """What is heard of n annotated beats.

    found:  bool[n], whether each is heard. judged: bool[n], and may be classified.
    offset: int64[n], samples from the annotated peak to that which is heard; 0 where none is.
    counts: int64[n, inputs], the front end's own; 0 where it may not be classified.
    extra:  what is heard beside, in the records that the beats are of.
    """

    found: np.ndarray
    judged: np.ndarray
    offset: np.ndarray
    counts: np.ndarray
    extra: Extra


def detect(beats: Beats, encoding: Encoder) -> Detected:
    """What the front end hears of beats: it runs over each of their records, once in a process.

    Raises `InputError` for an encoding that the front end has not.
    """
    front = FrontEnd(hearable(encoding, "the recipe"))
    found, judged = np.zeros((2, len(beats)), bool)
    offset, counts = np.zeros(len(beats), np.int64), np.zeros((len(beats), encoding.inputs), np.int64)
    extra = []
    for name in dict.fromkeys(beats.record.tolist()):
        record = beats.codes[name]
        heard = _hear(front, record)
        pairs = match(record.peaks, heard.peak, window(SAMPLING_RATE), excluded=record.flutter)
        annotated = pairs[:, 0] != ALONE
        of = np.full(len(record.peaks), ALONE)
        of[pairs[annotated, 0]] = pairs[annotated, 1]
        at = of[np.searchsorted(record.peaks, beats.peak[beats.record == name])]
        mine, at = np.flatnonzero(beats.record == name)[at >= 0], at[at >= 0]
        found[mine], judged[mine], counts[mine] = True, heard.judged[at], heard.counts[at]
        offset[mine] = heard.peak[at] - beats.peak[mine]
        rest = pairs[~annotated, 1]
        extra.append((np.full(len(rest), name), heard.peak[rest], heard.judged[rest], heard.counts[rest]))
    return Detected(found, judged, offset, counts, Extra(*map(np.concatenate, zip(*extra, strict=True))))


@lru_cache(maxsize=256)
def _hear(front: FrontEnd, record: Record) -> Heard:
    return front.run(record.codes)
