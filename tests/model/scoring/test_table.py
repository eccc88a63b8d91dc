from __future__ import annotations

import io

import numpy as np
from rich.console import Console

from sparrow_ecg.model.scoring.ec57 import Compared, score
from sparrow_ecg.model.scoring.table import table


def test_a_row_a_record_then_gross_then_average() -> None:
    peaks = np.array([1000, 1400, 1800])
    right = Compared(peaks, np.array([0, 2, 1]), peaks, np.array([0, 2, 1]), 360)
    missed = Compared(peaks, np.array([0, 2, 1]), peaks[:2], np.array([0, 2]), 360)
    out = io.StringIO()
    Console(file=out, width=80).print(table(score({"a": right, "b": missed}, learning=0), "a title"))
    lines = [line.split() for line in out.getvalue().splitlines()]
    rows = {line[0]: line[1:] for line in lines if line}
    assert rows["a"][:4] == ["3", "0", "0", "100.0"]
    assert rows["b"][:4] == ["3", "1", "0", "66.67"]
    assert rows["gross"][:4] == ["6", "1", "0", "83.33"]
    assert rows["average"][0] == "83.33"
