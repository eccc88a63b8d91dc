"""Records through the compiled C, held against the golden models."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sparrow_ecg.firmware_gen.chain.decisions import at_rate, decide, same
from sparrow_ecg.firmware_gen.chain.library import Chain
from sparrow_ecg.model.frontend.frontend import HIGHEST
from sparrow_ecg.model.signals.ecg.mitdb import ZERO
from sparrow_ecg.model.signals.ecg.records import Record, read_record


@dataclass(frozen=True)
class Checked:
    """How many of each were the same: records, samples, beats, of them those that were classified; and how long the
    C code took for the samples, the golden models for theirs.
    """

    records: int = 0
    samples: int = 0
    beats: int = 0
    judged: int = 0
    seconds: float = 0
    golden_seconds: float = 0

    def __add__(self, other: Checked) -> Checked:
        return Checked(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


def codes_of(record: Record) -> np.ndarray:
    """A record's codes from 0: int64[samples]."""
    return np.clip(record.codes - record.zero + ZERO, 0, HIGHEST)


def check(chain: Chain, codes: np.ndarray, where: str) -> Checked:
    """Every beat, sum, count, class and time of codes at the native rate. Raises VerificationError for what differs."""
    samples = at_rate(codes, chain.front.ticks)
    start = time.perf_counter()
    told = chain.run(samples)
    seconds = time.perf_counter() - start
    expected = decide(chain.network, chain.front, samples)
    golden_seconds = time.perf_counter() - start - seconds
    same(told, expected, where)
    return Checked(1, len(samples), len(told.peak), int(told.judged.sum()), seconds, golden_seconds)


def check_records(chain: Chain, root: Path, names: Iterable[str]) -> Checked:
    """The records of a data root, one after the other."""
    total = Checked()
    for name in names:
        total += check(chain, codes_of(read_record(root, name, in_parts=True)), f"record {name}")
    return total
