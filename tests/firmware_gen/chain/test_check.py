"""Records through the C code: what is counted, and that a wrong answer is found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.firmware_gen.chain.check import check, check_records, codes_of
from sparrow_ecg.firmware_gen.chain.library import Chain
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.network import Dense, Network
from sparrow_ecg.model.signals.ecg.form import Form
from sparrow_ecg.model.signals.ecg.records import available
from sparrow_ecg.model.signals.ecg.synthetic import generate

TINY = Network.load("tiny")


def test_records_are_added_up(synthetic_root: Path, tmp_path: Path) -> None:
    names = available(synthetic_root)
    found = check_records(Chain(TINY, tmp_path), synthetic_root, names)
    assert (found.records, found.samples) == (len(names), len(names) * 120 * 360)
    assert found.beats >= found.judged > 100 * len(names)
    assert found.seconds > 0


def test_codes_are_from_0() -> None:
    record = generate("a", seconds=10, form=Form(360, 200, 11, 0))
    assert record.codes.min() < 0
    assert np.array_equal(codes_of(record), generate("a", seconds=10).codes)


def test_another_network_is_found_out(tmp_path: Path) -> None:
    chain = Chain(TINY, tmp_path)
    hidden, last = TINY.layers
    weights = last.weights.copy()
    weights[0, np.flatnonzero(weights[0])[0]] -= 1
    chain.network = replace(TINY, layers=(hidden, Dense(weights, last.biases, None)))
    with pytest.raises(VerificationError, match=r"record a, beat \d+: potentials\[0\]"):
        check(chain, generate("a", seconds=30).codes, "record a")
