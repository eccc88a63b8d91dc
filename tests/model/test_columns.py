"""Columns of scores by hand, and their mean and deviation."""

from __future__ import annotations

import numpy as np
import pytest

from sparrow_ecg.model import columns
from sparrow_ecg.model.metrics import score
from sparrow_ecg.model.signals.ecg.beats import CLASSES

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 3])
FOUND = np.array([0, 0, 2, 1, 0, 2, 2, 0])


def test_columns_by_hand() -> None:
    assert columns.columns(score(LABELS, FOUND, CLASSES)) == pytest.approx(
        {
            "accuracy": 5 / 8,
            "V_f1": 4 / 5,
            "V_se": 1,
            "S_f1": 2 / 3,
            "S_se": 1 / 2,
            "mean_f1": (4 / 7 + 2 / 3 + 4 / 5) / 3,
        }
    )


def test_mean_and_deviation_of_seeds() -> None:
    results = [dict.fromkeys(columns.COLUMNS, value) for value in (0.5, 0.7)]
    found = columns.spread([{**results[0], "S_f1": None}, results[1]])
    assert found["mean"]["V_f1"] == pytest.approx(0.6)
    assert found["deviation"]["V_f1"] == pytest.approx(0.2 / 2**0.5)
    assert found["mean"]["S_f1"] is found["deviation"]["S_f1"] is None
