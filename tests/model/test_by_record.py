from __future__ import annotations

import io

import numpy as np
from rich.console import Console

from sparrow_ecg.model import metrics
from sparrow_ecg.model.by_record import average, by_record, evaluate, table

CLASSES = ("N", "S", "V", "F")
LABELS = np.array([0, 0, 0, 2, 0, 1])
PREDICTIONS = np.array([0, 0, 2, 2, 0, 0])
RECORDS = np.array(["a"] * 4 + ["b"] * 2)
EACH = by_record(LABELS, PREDICTIONS, CLASSES, RECORDS, ["a", "b", "c"])


def test_each_record_by_itself() -> None:
    assert [(result["beats"], result["accuracy"]) for result in EACH.values()] == [(4, 0.75), (2, 0.5), (0, None)]
    assert EACH["a"]["per_class"]["V"] == {"count": 1, "Se": 1.0, "+P": 0.5, "F1": 2 / 3}
    assert EACH["b"]["per_class"]["S"] == {"count": 1, "Se": 0.0, "+P": None, "F1": 0.0}
    assert {score for row in EACH["c"]["per_class"].values() for score in row.values()} == {0, None}


def test_the_average_is_of_records_that_have_the_score() -> None:
    mean = average(EACH)
    assert mean["accuracy"] == 0.625
    assert mean["per_class"]["V"] == {"Se": 1.0, "+P": 0.5, "F1": 2 / 3}  # b has neither beats of V nor calls one so
    assert mean["per_class"]["F"] == {"Se": None, "+P": None, "F1": None}


def test_all_of_it() -> None:
    result = evaluate(LABELS, PREDICTIONS, CLASSES, RECORDS, ["a", "b", "c"])
    assert (result.pop("records"), result.pop("average")) == (EACH, average(EACH))
    assert result == metrics.evaluate(LABELS, PREDICTIONS, CLASSES, RECORDS)


def test_the_table() -> None:
    console = Console(file=io.StringIO(), width=120)
    leads = {"a": "MLII", "b": "V5", "c": "V5"}
    result = evaluate(LABELS, PREDICTIONS, CLASSES, RECORDS, ["a", "b", "c"])
    console.print(table(result, leads, "by record"))
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")]
        for line in console.file.getvalue().splitlines()  # type: ignore[attr-defined]
        if line.startswith("│")
    ]
    assert rows == [
        ["a", "MLII", "4", "75.00%", "100.00%", "50.00%", "-", "-"],
        ["b", "V5", "2", "50.00%", "-", "-", "0.00%", "-"],
        ["c", "V5", "0", "-", "-", "-", "-", "-"],
        ["gross", "", "6", "66.67%", "100.00%", "50.00%", "0.00%", "-"],
        ["average", "", "", "62.50%", "100.00%", "50.00%", "0.00%", "-"],
    ]
