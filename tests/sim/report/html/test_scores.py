from __future__ import annotations

import numpy as np

from sparrow_ecg.model.scoring.ec57 import Compared, score
from sparrow_ecg.sim.report.html.scores import score_tables


def test_scores_and_confusion_as_text() -> None:
    reference, annotated = np.array([1000, 1400, 1800]), np.array([0, 2, 0])
    test, told = np.array([1000, 1400, 3000]), np.array([0, 0, 4])
    scores, held = score_tables(score({"r": Compared(reference, annotated, test, told, 360)}, learning=0))
    assert scores.heading == ("", "Se", "+P", "FPR")
    assert scores.rows[0] == ("QRS", "66.67%", "66.67%", "-")
    assert scores.rows[1] == ("VEB", "0.00%", "-", "0.00%")
    assert "25.00% of 3 annotated" in scores.note
    assert "missed beats (1) and extra ones (1)" in scores.note
    assert "100.00% are within 2 samples" in scores.note
    assert "whole record" in scores.note
    assert held.heading == ("annotated", "N", "S", "V", "F", "Q", "missed")
    assert held.rows[0] == ("N", "1", "·", "·", "·", "·", "1")
    assert held.rows[2] == ("V", "1", "·", "·", "·", "·", "·")
    assert held.rows[-1] == ("none", "·", "·", "·", "·", "1", "·")


def test_what_is_left_out_is_told() -> None:
    none = np.array([], np.int64)
    for table in score_tables(score({"r": Compared(none, none, none, none, 360)})):
        assert "first 5 minutes" in table.note
