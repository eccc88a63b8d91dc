"""Heartbeats: one window of a record around each annotated peak, with its class and its R-R intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL, UNPACED
from sparrow_ecg.model.signals.ecg.records import Record, other_lead, read_record

CLASSES = ("N", "S", "V", "F")  # AAMI's fifth class, Q, counts for R-R intervals but is not classified


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats of some classes, in the order of their records and then of time.

    record:    str[n], the record's name
    peak:      int64[n], sample index of the annotated peak
    label:     int64[n], index into ``classes``
    previous:  int64[n], samples since the beat before, of any AAMI class, Q too; 0 for a record's first beat
    following: int64[n], samples until the beat after, likewise; 0 for a record's last beat
    codes:     the records themselves, by name
    classes:   their names
    second:    another lead of each record, by name; none if it was not asked for
    """

    record: np.ndarray
    peak: np.ndarray
    label: np.ndarray
    previous: np.ndarray
    following: np.ndarray
    codes: Mapping[str, Record]
    classes: tuple[str, ...] = CLASSES
    second: Mapping[str, Record] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.peak)

    def select(self, index: np.ndarray) -> Beats:
        """The beats at ``index`` (positions or a mask), in that order; the records stay whole."""
        names = ("record", "peak", "label", "previous", "following")
        return replace(self, **{name: getattr(self, name)[index] for name in names})

    def windows(self, before: int, after: int) -> np.ndarray:
        """Codes from ``peak - before`` up to, not including, ``peak + after``: int64[n, before + after].

        Beyond an end of the record its outermost sample repeats, so that no annotated beat is lost.
        """
        window = np.empty((len(self), before + after), np.int64)
        for name in np.unique(self.record):
            mine, codes = self.record == name, self.codes[str(name)].codes
            samples = self.peak[mine, None] + np.arange(-before, after)
            window[mine] = codes[np.clip(samples, 0, len(codes) - 1)]
        return window


def read_beats(
    root: Path,
    records: Iterable[str] = UNPACED,
    progress: Callable[[Iterable[str]], Iterable[str]] = iter,
    lead: str | None = None,
    in_parts: bool = False,
    second: bool = False,
) -> Beats:
    """The beats of some records, by default of the 44 without a pacemaker; a record named twice counts once.

    progress: passes on the names of the records as they are read, to show how far it is.
    lead, in_parts: as `read_record` has them.
    second: read the first of the record's other leads, too, whatever its state.
    Raises `InputError` as `read_record` does, and when there is no beat of `CLASSES` in all of them.
    """
    found = {name: read_record(root, name, lead, in_parts) for name in progress(tuple(dict.fromkeys(records)))}
    beats = beats_of(found)
    others = {
        name: read_record(root, name, other_lead(root, each), in_parts=True) for name, each in found.items() if second
    }
    return replace(beats, second=others)


def beats_of(records: Mapping[str, Record]) -> Beats:
    """The beats of records, by name. Raises `InputError` when there is none of `CLASSES` in all of them."""
    beats = [_beats_of(record) for record in records.values()]
    if not any(len(columns[0]) for columns in beats):
        names = ", ".join(records) or "none"
        raise InputError(f"no beat of class {', '.join(CLASSES)} in the records ({names}): choose others")
    record, peak, label, previous, following = map(np.concatenate, zip(*beats, strict=True))
    return Beats(record, peak, label, previous, following, records)


def join(parts: Sequence[Beats]) -> Beats:
    """The beats of several databases, one after the other; no two have a record of one name."""
    names = ("record", "peak", "label", "previous", "following")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    codes = {name: record for part in parts for name, record in part.codes.items()}
    second = {name: record for part in parts for name, record in part.second.items()}
    if len(codes) < sum(len(part.codes) for part in parts):
        raise ValueError("two records of one name")
    return Beats(**columns, codes=codes, classes=parts[0].classes, second=second)


def _beats_of(record: Record) -> tuple[np.ndarray, ...]:
    """The first five columns of `Beats` for one record."""
    label = np.array([_label(symbol) for symbol in record.symbols], np.int64)
    intervals = np.diff(record.peaks)
    previous, following = np.append(0, intervals), np.append(intervals, 0)
    ours = label >= 0
    names = np.full(len(label), record.name)
    return names[ours], record.peaks[ours], label[ours], previous[ours], following[ours]


def _label(symbol: str) -> int:
    """The index into `CLASSES`, or -1 for Q."""
    name = CLASS_OF_SYMBOL[symbol]
    return CLASSES.index(name) if name in CLASSES else -1
