"""How well the whole chain, samples to classes, holds when noise is added: the generated C on every record of DS2."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.firmware_gen.chain.library import Chain
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.scoring import ec57
from sparrow_ecg.model.signals.ecg.disturbed import KINDS, disturb
from sparrow_ecg.model.signals.ecg.mitdb import CLASS_OF_SYMBOL
from sparrow_ecg.model.signals.ecg.records import Record

DECIBELS = (24, 12, 6, 0)
UNJUDGED = ec57.CLASSES.index("Q")
SCORES = {"QRS Se": ("QRS", "Se"), "QRS +P": ("QRS", "+P"), "V Se": ("VEB", "Se"), "V +P": ("VEB", "+P")}


def score(
    chain: Chain, records: Mapping[str, Record], kind: str | None, decibels: float, seed: int
) -> dict[str, float]:
    """Of whole records, gross: `SCORES`, and how many of the annotated beats are right from end to end."""
    compared = {}
    for number, (name, record) in enumerate(records.items()):
        codes = record.codes
        if kind:
            codes = disturb(codes, record.peaks, kind, decibels, seed * len(records) + number)
        told = chain.run(codes)
        annotated = np.array([ec57.CLASSES.index(CLASS_OF_SYMBOL[symbol]) for symbol in record.symbols])
        classes = np.where(told.judged, told.classes, UNJUDGED)
        samples = chain.front.ticks.sample_of(told.peak)
        compared[name] = ec57.Compared(record.peaks, annotated, samples, classes, record.fs, record.flutter)
    found = ec57.score(compared, learning=0, each=False)
    return {name: found[first][second] for name, (first, second) in SCORES.items()} | {"accuracy": found["accuracy"]}


def study(
    networks: Sequence[Network], records: Mapping[str, Record], progress: Callable[[int], None] = lambda done: None
) -> list[dict[str, Any]]:
    """A row for each kind and ratio, the first without noise: mean and deviation over the networks, the seeds of one.

    Each network hears noise of its own.
    """
    cases = [(None, float("inf")), *((kind, decibels) for kind in KINDS for decibels in DECIBELS)]
    found: dict[tuple, list[dict[str, float]]] = {case: [] for case in cases}
    for seed, network in enumerate(networks):
        with tempfile.TemporaryDirectory() as folder:
            chain = Chain(network, Path(folder))
            for case in cases:
                found[case].append(score(chain, records, *case, seed))
                progress(1)
    rows = []
    for (kind, decibels), each in found.items():
        values = {name: [one[name] for one in each] for name in each[0]}
        means = {name: float(np.mean(column)) for name, column in values.items()}
        deviations = {name: float(np.std(column, ddof=1)) for name, column in values.items()} if len(each) > 1 else {}
        rows.append({"noise": kind, "snr_db": decibels if kind else None, "mean": means, "deviation": deviations})
    return rows


def cases() -> int:
    """How many a network is scored in."""
    return 1 + len(KINDS) * len(DECIBELS)
