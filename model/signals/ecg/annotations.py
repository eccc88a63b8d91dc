"""What a network or the chip says of a record as WFDB annotations beside its own: for viewers, and for WFDB's `bxb`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats
from sparrow_ecg.model.signals.ecg.records import Record

# Not atr: what the database says is never overwritten.
EXTENSION = "spw"  # answers at annotated beats
DETECTED = "spd"  # beats that the chip found
UNKNOWN = "Q"  # an answer that is no class of the beats, of a network that knows more, or of none

# WFDB marks a change of signal quality by "~". With both of these bits no signal can be read, which bxb counts as the
# analyser's shutdown, up to the next mark without them.
QUALITY = "~"
UNREADABLE, READABLE = 0x30, 0
EMPTY = b"\0\0"  # the end of the format, and nothing before it


@dataclass(frozen=True)
class Event:
    """A stretch of a record in which the chip takes no beats: what it says, and its first and last sample."""

    what: str
    first: int
    last: int


class _Mark(NamedTuple):
    sample: int
    symbol: str
    quality: int = 0
    note: str = ""


def write_answers(folder: Path, beats: Beats, answers: np.ndarray) -> list[Path]:
    """Write ``<record>.spw`` for each record of ``beats``: at each beat, by the file's own sample numbers, the class.

    answers: int64[beats], indices into `CLASSES`. Whole files, or none.
    """
    written = []
    for name, record in beats.codes.items():
        mine = beats.record == name
        if not mine.any():
            continue
        annotated = record.source.peaks if record.source else record.peaks
        samples = annotated[np.searchsorted(record.peaks, beats.peak[mine])]
        written.append(_write(folder, name, EXTENSION, _beats(samples, answers[mine])))
    return written


def write_detected(
    folder: Path, record: Record, samples: np.ndarray, classes: np.ndarray, events: Sequence[Event] = ()
) -> Path:
    """Write ``<record>.spd``: beats that the chip found, where it found them, by the file's own sample numbers.

    samples: int64[beats], strictly increasing sample numbers in ``record``.
    classes: int64[beats], indices into `CLASSES`; what is beyond is not classified, and written as `UNKNOWN`.
    events:  each gets a mark of bad quality with what it is, and one of good quality after it; none within another.
    A whole file, or none. Raises ValueError for beats that are out of order or outside the record.
    """
    if len(samples) and not ((np.diff(samples) > 0).all() and samples[0] >= 0 and samples[-1] < len(record.codes)):
        raise ValueError(f"beats of record {record.name} are out of order, or outside its {len(record.codes)} samples")
    edges = [_Mark(event.first, QUALITY, UNREADABLE, event.what) for event in events]
    edges += [_Mark(event.last, QUALITY, READABLE) for event in events]
    marks = sorted([*_beats(samples, classes), *edges], key=lambda mark: (mark.sample, -mark.quality))
    if record.source:
        numbers = record.source.form.original_positions(np.array([mark.sample for mark in marks], np.int64))
        marks = [mark._replace(sample=number) for mark, number in zip(marks, numbers, strict=True)]
    return _write(folder, record.name, DETECTED, marks)


def _beats(samples: np.ndarray, classes: np.ndarray) -> list[_Mark]:
    symbols = np.array([*CLASSES, UNKNOWN])[np.minimum(classes, len(CLASSES))]
    return [_Mark(int(sample), str(symbol)) for sample, symbol in zip(samples, symbols, strict=True)]


def _write(folder: Path, name: str, extension: str, marks: Sequence[_Mark]) -> Path:
    """Write an annotation file, of marks in the order of time: whole, or not at all."""
    import wfdb

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{extension}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as draft:
        if marks:
            samples, symbols, quality, notes = zip(*marks, strict=True)
            wfdb.wrann(
                name, extension, np.array(samples), list(symbols), np.array(quality), aux_note=list(notes),
                write_dir=draft,
            )  # fmt: skip
        else:
            Path(draft, path.name).write_bytes(EMPTY)  # wrann refuses to
        os.replace(Path(draft, path.name), path)
    return path
