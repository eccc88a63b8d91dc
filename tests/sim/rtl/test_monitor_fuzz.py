"""Fuzzing finds what differs, in answers and in what is not asked for; and nothing else."""

from __future__ import annotations

import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.rtl.monitor_board import MonitorBoard
from sparrow_ecg.sim.rtl.monitor_fuzz import FAST, Fuzz
from tests.support.beats_of_all import inclined

CHIP = Build(inclined(), Serial(2), "monitor_chip")
ECG = generate("fuzz", 120).codes


@pytest.fixture
def board():
    with MonitorBoard(CHIP) as board:
        yield board


def test_a_short_one(board):
    fuzz = Fuzz(board, 1, ECG)
    counts = fuzz.run(150)
    assert counts.frames == 150
    assert min(counts.cut, counts.stopped, counts.compared) > 10
    assert counts.samples > 500
    fuzz.late()
    assert counts.told > 8
    fuzz.too_fast()
    assert fuzz.counts.late == 1
    assert 0 < fuzz.counts.lost < FAST


def test_resets_while_samples_come(board):
    """Which sample of a block came before a reset shows later, when blocks are counted."""
    fuzz = Fuzz(board, 1, ECG)
    reset, time = fuzz.frames.set("control", reset=1), fuzz.frames.read("time")
    for _ in range(8):
        fuzz.frame(reset, 8 * len(reset))
        board.run(int(fuzz.rng.integers(10, 40)) * board.period)
        fuzz.frame(time, 8 * len(time))
        fuzz.still()
        board.run(3 * board.period)
        fuzz.still()
    assert fuzz.counts.resets == 8


@pytest.mark.parametrize(
    "changed",
    ["beats told", "limits_longest", "samples taken"],
)
def test_what_differs_is_found(board, changed):
    """The model's state is changed behind its back."""
    fuzz = Fuzz(board, 1, ECG)
    fuzz.late()
    each = fuzz.possible[0]
    if changed == "beats told":
        each.model.told += 1
    elif changed == "samples taken":
        each.taken += 2
    else:
        each.model.registers.values[changed] ^= 4
    with pytest.raises(VerificationError, match=r"^seed 1, (frame|after frame) \d+"):
        fuzz.run(300)
