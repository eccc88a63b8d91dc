from __future__ import annotations

import io

import numpy as np
from rich.console import Console

from sparrow_ecg.model import by_record
from sparrow_ecg.model.metrics import evaluate
from sparrow_ecg.model.summary import flat, table, views

CLASSES = ("N", "V")
LABELS = np.array([0, 0, 0, 1, 0, 1])
PREDICTIONS = np.array([0, 0, 1, 1, 0, 0])
RECORDS = np.array(["200"] * 4 + ["232"] * 2)
RESULT = by_record.evaluate(LABELS, PREDICTIONS, CLASSES, RECORDS, ["200", "232"])


def test_views_are_those_that_a_result_has() -> None:
    assert list(views(RESULT)) == ["gross", "without 232", "average"]
    assert list(views(evaluate(LABELS, PREDICTIONS, CLASSES))) == ["gross"]


def test_each_score_by_one_name() -> None:
    assert flat(RESULT) == {
        "accuracy": 4 / 6, "N Se": 3 / 4, "N +P": 3 / 4, "N F1": 3 / 4, "V Se": 1 / 2, "V +P": 1 / 2, "V F1": 1 / 2,
    }  # fmt: skip
    assert flat(RESULT["interval"])["accuracy"] == RESULT["interval"]["accuracy"]


def test_the_table() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(table(RESULT, "all scores"))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line[0] == "│"]
    assert rows[0] == ["accuracy", "66.67%", "50.0 to 75.0%", "75.00%", "62.50%"]
    assert rows[5] == ["V +P", "50.00%", "50.0 to 50.0%", "50.00%", "50.00%"]  # 232 calls no beat V
    assert len(rows) == 7
