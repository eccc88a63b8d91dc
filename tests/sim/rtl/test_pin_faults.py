"""Faults on the pins of a small SPI chip: none is lost, and the tables can tell."""

from __future__ import annotations

import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.sim.rtl import pin_faults
from sparrow_ecg.sim.rtl.board import Board
from tests.sim.rtl.test_board import SMALL, networks

CHIP = Build(networks(1, shape=SMALL)[0], Tree(), "chip")


def test_every_fault_at_every_bit_leaves_the_next_beat_right():
    found = pin_faults.hit(CHIP)
    assert set(found) == set(pin_faults.FAULTS)
    assert len({each.counts.total() for each in found.values()}) == 1
    for name, each in found.items():
        assert each.counts["lost"] == 0, (name, each.where)
        assert each.counts["noticed"], name
    for name in ("reset while selected", "reset while sck is high"):  # a reset forgets the beat, and all of it
        assert not found[name].counts["unnoticed"], name


def test_a_chip_that_does_not_hear_chip_select_is_lost(monkeypatch: pytest.MonkeyPatch):
    """The check can fail: the pin stays low in all frames after the first."""
    right = Board.frame
    monkeypatch.setattr(Board, "frame", lambda board, sent: right(board, b"\0" + sent)[1:])
    monkeypatch.setattr(pin_faults, "FAULTS", {"none": lambda wires, mosi: None})
    assert pin_faults.hit(CHIP)["none"].counts["lost"]
