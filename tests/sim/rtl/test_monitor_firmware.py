"""The C driver of the monitor chip against the RTL, through the SPI pins, while a recording is played."""

from __future__ import annotations

import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.monitor_model import record_events
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.model.signals.ecg.synthetic import generate
from sparrow_ecg.sim.rtl import monitor_firmware
from tests.support.beats_of_all import inclined

CHIP = Build(inclined(), Serial(2), "monitor_chip")
ECG = generate("monitor", 60).codes


def test_a_minute(tmp_path, capsys):
    """As many beats as there are, of all classes, while the clock stands still most of the time."""
    told = record_events(CHIP.monitor_chip.controller, ECG)
    assert {event.klass for event in told} == {0, 1, 2, 3}
    report = monitor_firmware.verify(CHIP, ECG, tmp_path)
    assert report["beats"] == len(told) > 60
    assert report["samples"] == len(ECG)
    assert "the example program gets every beat" in capsys.readouterr().out


def test_a_wrong_chip_fails(tmp_path):
    """Its argmax lets the last output win."""
    wrong = CHIP.edited(CHIP.verilog.replace("$signed(potential) > $signed(best)", "1"))
    assert wrong.verilog != CHIP.verilog
    with pytest.raises(VerificationError, match=r"^the chip and its model differ: bit-exact"):
        monitor_firmware.verify(wrong, ECG[:7200], tmp_path)
