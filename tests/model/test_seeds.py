from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from sparrow_ecg.model import by_record, seeds
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.metrics import bootstrap, evaluate

CLASSES = ("N", "V")
LABELS = np.array([0, 0, 0, 1])
ANSWERS = [np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]), np.array([0, 0, 1, 1])]
SPREAD = seeds.spread({f"net-{seed}": evaluate(LABELS, answers, CLASSES) for seed, answers in enumerate(ANSWERS)})


def rows(table: object) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=120)
    console.print(table)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line[0] == "│"]


@pytest.mark.parametrize(
    ("source", "splits"),
    [("tiny", ["intra", "inter"]), ("anyone", ["inter", "inter+svdb"]), ("tiny-intra-3", []), ("absent.json", [])],
)
def test_the_splits_that_a_shipped_name_was_trained_for(source: str, splits: list[str]) -> None:
    assert seeds.splits(source) == splits


def test_mean_and_deviation_by_hand() -> None:
    assert SPREAD["gross"]["accuracy"]["each"] == [1, 0.75, 0.75]
    assert SPREAD["gross"]["accuracy"]["mean"] == pytest.approx(2.5 / 3)
    assert SPREAD["gross"]["accuracy"]["deviation"] == pytest.approx(0.25 / 3**0.5)


def test_a_score_of_nothing_is_in_no_mean() -> None:
    """The second network calls no beat V."""
    assert SPREAD["gross"]["V +P"] == {"mean": 0.75, "deviation": pytest.approx(0.5**1.5), "each": [1, None, 0.5]}
    only = seeds.spread({"net-1": evaluate(LABELS, ANSWERS[1], CLASSES)})["gross"]
    assert only["V +P"] == {"mean": None, "deviation": None, "each": [None]}
    assert only["V Se"] == {"mean": 0, "deviation": None, "each": [0]}


def test_the_tables() -> None:
    shown = rows(seeds.table(SPREAD, "mean"))
    assert shown[0] == ["accuracy", "83.33 ± 14.43"]
    assert shown[5] == ["V +P", "75.00 ± 35.36"]
    assert rows(seeds.table_of_each(SPREAD, [0, 1, 2], "each"))[5] == ["V +P", "100.00%", "-", "50.00%"]
    interval = bootstrap(LABELS, np.stack(ANSWERS), CLASSES, np.array(["100"] * 4))
    row = rows(seeds.table_of_each(SPREAD, [0, 1, 2], "each", interval))[5]
    assert row == ["V +P", "100.00%", "-", "50.00%", "75.0 to 75.0%"]


def test_every_view_has_its_spread() -> None:
    records = np.array(["200", "202", "232", "200"])
    results = {
        str(seed): by_record.evaluate(LABELS, answers, CLASSES, records, ["200", "202", "232"])
        for seed, answers in enumerate(ANSWERS)
    }
    found = seeds.spread(results)
    assert {view: scores["accuracy"]["each"] for view, scores in found.items()} == {
        "gross": [1, 3 / 4, 3 / 4],
        "without 202": [1, 2 / 3, 2 / 3],
        "without 232": [1, 2 / 3, 1],
        "average": [1, pytest.approx(2.5 / 3), pytest.approx(2 / 3)],
    }


def test_one_network_has_no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seeds.networks("tiny", "intra") == [f"tiny-intra-{seed}" for seed in range(5)]
    with pytest.raises(InputError, match=r"of 'tiny' for adaptive, no network is shipped, and a spread needs two"):
        seeds.networks("tiny", "adaptive")
    monkeypatch.setattr(seeds, "siblings", lambda *_: ["tiny-inter-0"])
    with pytest.raises(InputError, match=r"--seeds: of 'tiny' for inter, tiny-inter-0 is shipped"):
        seeds.networks("tiny", "inter")
