"""What a monitor told of a record, as those who judge it take it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model.frontend.blocks import BLOCK
from sparrow_ecg.model.frontend.frontend import PROBES, FrontEnd
from sparrow_ecg.model.scoring import ec57
from sparrow_ecg.model.signals.ecg.annotations import Event
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL
from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.sim.rtl.monitor import NAMES, Seen

UNJUDGED = ec57.CLASSES.index("Q")
OFF = NAMES.index("off")
assert "off" in PROBES["quality"]


def samples(front: FrontEnd, seen: Seen) -> np.ndarray:
    """Sample numbers of the R peaks, int64[beats]."""
    return front.ticks.sample_of(seen.peak * BLOCK)


def classes(seen: Seen) -> np.ndarray:
    """int64[beats], indices into `ec57.CLASSES`; Q for what was not judged."""
    return np.where(seen.judged == 1, seen.klass, UNJUDGED)


def compared(front: FrontEnd, record: Record, seen: Seen) -> ec57.Compared:
    """Beside the annotations."""
    annotated = np.array([ec57.CLASSES.index(CLASS_OF_SYMBOL[symbol]) for symbol in record.symbols])
    return ec57.Compared(record.peaks, annotated, samples(front, seen), classes(seen), record.fs, record.flutter)


def after(beside: ec57.Compared, sample: int) -> ec57.Compared:
    """Only what is annotated, and what is told, from a sample on."""
    here, there = beside.reference >= sample, beside.test >= sample
    return replace(
        beside,
        reference=beside.reference[here],
        annotated=beside.annotated[here],
        test=beside.test[there],
        told=beside.told[there],
    )


def events(front: FrontEnd, record: Record, seen: Seen) -> list[Event]:
    """When the lead was off."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], seen.states[:, OFF], [0]])))
    at = np.minimum(front.ticks.sample_of(BLOCK * (edges + 1) - 1), len(record.codes) - 1).tolist()
    return [Event("lead off, flat or saturated", first, last) for first, last in zip(at[::2], at[1::2], strict=True)]
