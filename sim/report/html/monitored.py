"""What the monitor's page shows: a record, what the chip said of it, and how good and how costly that was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sparrow_ecg.model.signals.ecg.annotations import Event
from sparrow_ecg.model.signals.ecg.form import NATIVE
from sparrow_ecg.model.signals.ecg.records import Record


@dataclass(frozen=True)
class Table:
    """A table of text; the first column names the rows."""

    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True)
class Power:
    """Average power by block, in nanowatts, and under which conditions; what is in it and what is not."""

    blocks: Sequence[tuple[str, float]]
    conditions: str


@dataclass(frozen=True, eq=False)
class Monitored:
    """A record as the chip heard it.

    record:    the samples, with the annotated beats and flutter; one without annotated beats is shown without verdicts.
    samples:   int64[beats], sample numbers of the beats that the chip found, strictly increasing.
    classes:   int64[beats], indices into AAMI's classes N, S, V, F, Q; what is beyond is Q.
    intervals: int64[beats], the R-R interval before each, in samples; 0 where the chip gave none.
    chip:      which chip it was, in a few words.
    margins:   int64[beats], how sure the chip was; None if it did not say.
    events:    when it took no beats.
    tables:    scores, as `score_tables` has them, and others.
    power:     None if it is not known.
    facts:     what is on the chip: names and values.
    note:      what a reader must know first, as that the ECG is not of a person.
    gain:      codes per mV.
    """

    record: Record
    samples: np.ndarray
    classes: np.ndarray
    intervals: np.ndarray
    chip: str
    margins: np.ndarray | None = None
    events: Sequence[Event] = ()
    tables: Sequence[Table] = ()
    power: Power | None = None
    facts: Sequence[tuple[str, str]] = ()
    note: str = ""
    gain: float = NATIVE.gain
