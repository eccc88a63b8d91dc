from __future__ import annotations

from dataclasses import replace

import numpy as np

from sparrow_ecg.model.signals.ecg.records import Record
from sparrow_ecg.sim.report.html.monitored import Monitored
from sparrow_ecg.sim.report.html.verdicts import AGREE, EXTRA, MISSED, OPEN, OTHER, beats

N, S, V, F, Q = range(5)
RECORD = Record(
    "r", 360, "MLII", np.zeros(4000, np.int64), 0, 11, np.array([500, 1000, 1500, 2000]), ("N", "V", "Q", "A")
)
HEARD = Monitored(
    RECORD, np.array([510, 990, 1200, 1500, 3500]), np.array([N, N, 7, V, V]), np.array([0, 480, 210, 300, 2000]), ""
)


def test_every_beat_with_what_is_said_of_it() -> None:
    found = beats(HEARD)
    assert found["at"] == [510, 990, 1200, 1500, -1, 3500]
    assert found["annotated_at"] == [500, 1000, -1, 1500, 2000, -1]
    assert found["told"] == [N, N, Q, V, -1, V]
    assert found["annotated"] == [N, V, -1, Q, S, -1]
    assert found["symbol"] == ["N", "V", "", "Q", "A", ""]
    assert found["interval"] == [0, 480, 210, 300, -1, 2000]
    assert found["verdict"] == [AGREE, OTHER, EXTRA, OPEN, MISSED, EXTRA]
    assert found["margin"] == [-1] * 6


def test_nothing_is_said_of_flutter() -> None:
    found = beats(replace(HEARD, record=replace(RECORD, flutter=((3000, 3999),)), margins=np.arange(5)))
    assert found["verdict"][-1] == OPEN
    assert found["margin"] == [0, 1, 2, 3, -1, 4]


def test_nothing_is_said_without_annotated_beats() -> None:
    found = beats(replace(HEARD, record=replace(RECORD, peaks=np.array([], np.int64), symbols=())))
    assert found["at"] == HEARD.samples.tolist()
    assert set(found["verdict"]) == {OPEN}


def test_a_chip_that_found_nothing() -> None:
    none = np.array([], np.int64)
    assert beats(replace(HEARD, samples=none, classes=none, intervals=none))["verdict"] == [MISSED] * 4
