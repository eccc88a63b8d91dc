"""A network's answers as WFDB annotations, beside those of the record: for viewers, and for WFDB's `bxb`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from sparrow_ecg.model.signals.ecg.beats import CLASSES, Beats

EXTENSION = "spw"  # not atr: what the database says is never overwritten
UNKNOWN = "Q"  # an answer that is no class of the beats, of a network that knows more


def write_answers(folder: Path, beats: Beats, answers: np.ndarray) -> list[Path]:
    """Write ``<record>.spw`` for each record of ``beats``: at each beat, by the file's own sample numbers, the class.

    answers: int64[beats], indices into `CLASSES`. Whole files, or none.
    """
    import wfdb

    folder.mkdir(parents=True, exist_ok=True)
    symbols = np.array([*CLASSES, UNKNOWN])[np.minimum(answers, len(CLASSES))]
    written = []
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as draft:
        for name, record in beats.codes.items():
            mine = beats.record == name
            if not mine.any():
                continue
            annotated = record.source.peaks if record.source else record.peaks
            samples = annotated[np.searchsorted(record.peaks, beats.peak[mine])]
            wfdb.wrann(name, EXTENSION, samples, symbols[mine].tolist(), write_dir=draft)
            written.append(folder / f"{name}.{EXTENSION}")
            os.replace(Path(draft, written[-1].name), written[-1])
    return written
