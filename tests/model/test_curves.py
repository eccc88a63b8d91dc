from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from sparrow_ecg.model.confidence import Answers, summary
from sparrow_ecg.model.curves import draw, picture, table
from tests.model.test_confidence import drawn

FOUND = summary(drawn(2000, 5), drawn(500, 6))


def test_the_picture_shows_each_curve() -> None:
    drawn_figure = picture(FOUND, "made up, 2,000 beats")
    error, scores, precision, right = drawn_figure.axes
    assert drawn_figure.get_suptitle() == "made up, 2,000 beats"
    for axes in drawn_figure.axes:
        assert axes.get_title("left")
        assert axes.get_xlabel()
        assert axes.get_ylabel()
    curve = FOUND["risk_coverage"]
    x, y = error.lines[0].get_data()
    assert (list(x), list(y)) == (
        [100 * value for value in curve["coverage"]],
        [100 * value for value in curve["error"]],
    )
    marked = {(line.get_xdata()[0], line.get_ydata()[0]) for line in error.lines[2:]}
    chosen = [row for row in FOUND["chosen_on_validation"] if row["threshold"]]
    assert len(chosen) > 1
    assert marked == {(100 * row["test"]["coverage"], 100 * row["test"]["error"]) for row in chosen}
    told = [text.get_text() for text in precision.get_legend().get_texts()]
    assert f"S: average precision {FOUND['precision_recall']['S']['average_precision']:.2f} (a guess: 0.05)" in told
    assert {text.get_text() for text in scores.get_legend().get_texts()} >= {"S", "V"}
    assert len(right.lines) == 3


def test_a_class_without_beats_or_answers_is_left_out() -> None:
    normal = Answers(np.zeros(30, np.int64), np.tile([200, 0, 0], (30, 1)), ("N", "S", "V"))
    without = summary(normal)
    figure = picture(without, "N only")
    assert [len(axes.lines) for axes in figure.axes[2:]] == [3, 1]  # curve, its dot and the legend's; one line
    assert draw(without, "N only").startswith(b"\x89PNG")


def test_the_table() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(table(FOUND, "thresholds"))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.splitlines() if line[0] == "│"]
    assert len(rows) == len(FOUND["chosen_on_validation"])
    for row, found in zip(rows, FOUND["chosen_on_validation"], strict=True):
        there, test = found["validation"], found["test"]
        numbers = [there["coverage"], there["error"], test["coverage"]]
        numbers += [*(test["answered"][name] for name in ("S", "V")), test["error"]]
        assert row == [f"{found['risk']:.2%}", str(found["threshold"]), *(f"{value:.2%}" for value in numbers)]
    assert "…" not in text


def test_a_threshold_that_is_not_there_is_a_dash() -> None:
    nothing = {"threshold": None, "coverage": None, "error": None, "answered": None}
    row = {"risk": 0.01, "threshold": None, "validation": nothing, "test": nothing}
    found = {**FOUND, "chosen_on_validation": [row]}
    assert [list(column.cells) for column in table(found, "none").columns] == [["1.00%"], *[["-"]] * 7]
    assert len(picture(found, "none").axes[0].lines) == 2


@pytest.mark.parametrize("beats", [1, 2])
def test_one_beat_is_a_curve(beats: int) -> None:
    assert draw(summary(drawn(beats, 8)), "few").startswith(b"\x89PNG")
