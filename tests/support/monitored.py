"""A minute of generated ECG, and a chip that is wrong about some of its beats, as the monitor's page is given them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sparrow_ecg.model.scoring.ec57 import CLASSES, Compared, score
from sparrow_ecg.model.signals.ecg.annotations import Event
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.report.html.monitored import Monitored, Power
from sparrow_ecg.sim.report.html.scores import score_tables

# The annotated beats that it is wrong about, and the one that an extra one follows.
MISSED, CALLED_V, EXTRA = 15, 20, 30


def monitored(seconds: float = 60, **changes: Any) -> Monitored:
    """All of a page's parts; ``changes`` are fields that are to be others."""
    record = generate("r", seconds)
    annotated = np.array([CLASSES.index(CLASS_OF_SYMBOL[symbol]) for symbol in record.symbols])
    told = annotated.copy()
    told[CALLED_V] = CLASSES.index("V")
    samples = np.insert(np.delete(record.peaks, MISSED), EXTRA, record.peaks[EXTRA] + 100)
    told = np.insert(np.delete(told, MISSED), EXTRA, CLASSES.index("Q"))
    compared = Compared(record.peaks, annotated, samples, told, record.fs)
    parts: dict[str, Any] = {
        "record": record,
        "samples": samples,
        "classes": told,
        "intervals": np.diff(samples, prepend=samples[0]),
        "chip": "a chip for a test",
        "margins": np.arange(len(samples)),
        "events": [Event("lead off", 18000, 19000)],
        "tables": score_tables(score({"r": compared}, learning=0)),
        "power": Power([("detector", 400.0), ("network", 12.0)], "of a test"),
        "facts": [("Network", "tiny")],
        "note": "Generated ECG: no accuracy is claimed from it.",
    }
    return Monitored(**{**parts, **changes})
