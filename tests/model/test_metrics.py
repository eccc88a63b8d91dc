from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.metrics import SCORES, bootstrap, evaluate, table

CLASSES = ("N", "S", "V", "F")
LABELS = np.array([0] * 6 + [1] * 3 + [2] * 4)
PREDICTIONS = np.array([0, 0, 0, 0, 1, 2, 1, 1, 0, 2, 2, 2, 3])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_scores_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    labels, predictions = np.array(pairs).T
    result = evaluate(labels, predictions, CLASSES)
    precision, recall, f1, count = precision_recall_fscore_support(
        labels, predictions, labels=range(4), zero_division=np.nan
    )
    assert result["accuracy"] == pytest.approx(accuracy_score(labels, predictions))
    for row, scores in enumerate(result["per_class"].values()):
        expected = recall[row], precision[row], f1[row]
        ours = [np.nan if scores[name] is None else scores[name] for name in SCORES]
        assert ours == pytest.approx(expected, nan_ok=True)
        assert scores["count"] == count[row]


def test_scores_by_hand() -> None:
    result = evaluate(LABELS, PREDICTIONS, CLASSES)
    assert result["confusion"] == [[4, 1, 1, 0], [1, 2, 0, 0], [0, 0, 3, 1], [0, 0, 0, 0]]
    assert result["accuracy"] == 9 / 13
    assert result["per_class"]["V"] == {"count": 4, "Se": 3 / 4, "+P": 3 / 4, "F1": 3 / 4}
    assert result["per_class"]["F"] == {"count": 0, "Se": None, "+P": 0.0, "F1": 0.0}


def test_the_result_is_json_without_nan() -> None:
    records = np.array(["200"] * 6 + ["202"] * 7)
    result = evaluate(LABELS, PREDICTIONS, CLASSES, records)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["without_202"]["beats"] == 6
    assert "without_202" not in evaluate(LABELS, PREDICTIONS, CLASSES, np.full(13, "100"))


def test_without_the_records_on_which_much_hangs() -> None:
    records = np.array(["100"] * 5 + ["202"] * 4 + ["232"] * 4)
    result = evaluate(LABELS, PREDICTIONS, CLASSES, records)
    for name in ("202", "232"):
        rest = records != name
        some = result[f"without_{name}"]
        assert some["confusion"] == evaluate(LABELS[rest], PREDICTIONS[rest], CLASSES)["confusion"]
        assert some["interval"] == bootstrap(LABELS[rest], PREDICTIONS[rest], CLASSES, records[rest])
        assert not any(key.startswith("without") for key in some)
    assert result["without_202"]["confusion"] != result["without_232"]["confusion"]


def test_no_beats_are_refused() -> None:
    nothing = np.array([], np.int64)
    with pytest.raises(InputError, match="no beats to score: choose other records"):
        evaluate(nothing, nothing, CLASSES)


def test_one_patient_leaves_nothing_to_chance() -> None:
    interval = bootstrap(LABELS, PREDICTIONS, CLASSES, np.array(["201"] * 6 + ["202"] * 7))  # one person
    assert interval["patients"] == 1
    assert interval["accuracy"] == [9 / 13, 9 / 13]
    assert interval["per_class"]["F"]["Se"] == [None, None]


def test_patients_are_drawn_whole() -> None:
    labels = np.zeros(300, np.int64)
    records = np.repeat([f"{name}" for name in range(300, 330)], 10)
    predictions = (records < "310").astype(np.int64)  # wrong for a third of the patients, always
    low, high = bootstrap(labels, predictions, CLASSES, records)["accuracy"]
    spread = 1.96 * np.sqrt(2 / 9 / 30)
    assert [low, high] == pytest.approx([2 / 3 - spread, 2 / 3 + spread], abs=0.03)
    assert bootstrap(labels, predictions, CLASSES, records)["accuracy"] == [low, high]


def test_several_networks_share_the_patients_that_are_drawn() -> None:
    """Where one is right, another is wrong: their mean does not hang on who the patients are."""
    records = np.repeat([f"{name}" for name in range(300, 330)], 10)
    labels, right = np.zeros(300, np.int64), records < "310"
    both = np.stack([np.where(right, 0, 1), np.where(right, 1, 0)])
    assert bootstrap(labels, both, CLASSES, records)["accuracy"] == pytest.approx([0.5, 0.5])
    alone = bootstrap(labels, both[0], CLASSES, records)
    assert alone["accuracy"][0] < 0.3 < 0.4 < alone["accuracy"][1]
    assert bootstrap(labels, both[[0, 0]], CLASSES, records) == alone
    answers_v = np.stack([both[0], np.full(300, 2)])  # the second alone calls beats V, and none is
    assert bootstrap(labels, answers_v, CLASSES, records)["per_class"]["V"]["+P"] == [0, 0]


def test_the_table_shows_counts_and_scores() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(table(evaluate(LABELS, PREDICTIONS, CLASSES), "golden model"))
    text = console.export_text()
    assert "golden model: 69.23% of 13 beats" in text
    assert "75.00%" in text


def test_classes_are_those_of_the_data_set() -> None:
    result = evaluate(np.array([0, 1, 1]), np.array([0, 1, 0]), ("rest", "seizure"))
    assert result["classes"] == ["rest", "seizure"]
    assert result["per_class"]["seizure"] == {"count": 2, "Se": 0.5, "+P": 1.0, "F1": 2 / 3}


def test_a_network_that_answers_only_an_unknown_class_scores_nothing() -> None:
    result = evaluate(LABELS, np.full(13, 4), CLASSES, np.array(["200"] * 6 + ["208"] * 7))
    assert (result["beats"], result["accuracy"], result["others"]) == (13, 0.0, [6, 3, 4, 0])
    assert [scores["count"] for scores in result["per_class"].values()] == [6, 3, 4, 0]
    assert result["per_class"]["N"] == {"count": 6, "Se": 0.0, "+P": None, "F1": 0.0}
    assert result["interval"]["accuracy"] == [0.0, 0.0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=60))
def test_unknown_classes_are_wrong_and_nothing_else(pairs: list[tuple[int, int]]) -> None:
    labels, predictions = np.array(pairs).T
    result = evaluate(labels, predictions, CLASSES)
    precision, recall, _, count = precision_recall_fscore_support(
        labels, predictions, labels=range(4), zero_division=np.nan
    )
    assert result["accuracy"] == pytest.approx(accuracy_score(labels, predictions))
    for row, scores in enumerate(result["per_class"].values()):
        told = [np.nan if scores[name] is None else scores[name] for name in ("Se", "+P")]
        assert told == pytest.approx([recall[row], precision[row]], nan_ok=True)
    assert [scores["count"] for scores in result["per_class"].values()] == count.tolist()
    assert ("others" in result) == (max(predictions) > 3)


def test_the_table_shows_answers_beyond_the_classes() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(table(evaluate(LABELS, np.full(13, 4), CLASSES), "golden model"))
    text = console.export_text()
    assert "golden model: 0.00% of 13 beats" in text
    assert "as others" in text
    assert "as others" not in str(table(evaluate(LABELS, PREDICTIONS, CLASSES), "golden model").columns)
