"""The monitor's registers hold what hardware says: widths, classes, causes; and what does not fit is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from amaranth.hdl import Shape

from sparrow_ecg.hw.core.catalog import choose
from sparrow_ecg.hw.frontend.frontend import BEAT
from sparrow_ecg.hw.host.events import DEPTHS
from sparrow_ecg.hw.host.monitor_controller import MonitorController
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.hw.host.registers.map import MonitorParameters, compile_map, register_at
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.signals.ecg.mitdb import RESOLUTION, SAMPLING_RATE

TINY = Network.load("tiny")
MAP = compile_map(MonitorParameters())
FRAMES = Protocol(MAP)


def width(register: str, field: str) -> int:
    return register_at(MAP, register).get_child_by_name(field).width


def test_fields_hold_what_hardware_gives():
    controller = MonitorController(TINY, choose(TINY), SAMPLING_RATE)
    beat = {name: Shape.cast(field.shape).width for name, field in BEAT}
    assert (width("BEAT", "peak"), width("BEAT", "previous")) == (beat["peak"], beat["previous"])
    assert width("TIME", "block") == beat["peak"]
    assert width("LIMITS", "shortest") == width("LIMITS", "longest") == beat["previous"]
    event = {name: Shape.cast(field.shape).width for name, field in controller.event}
    assert width("EVENT", "sequence") == width("DONE", "sequence") == event["sequence"]
    assert width("EVENT", "klass") >= event["klass"]
    assert width("EVENT", "waiting") == width("BUILD", "depth") == (DEPTHS.stop - 1).bit_length()
    assert width("SAMPLE", "code") == RESOLUTION


def test_every_cause_has_its_bit_in_the_mask():
    assert FRAMES.full("cause") & ~FRAMES.full("mask") == 0
    assert FRAMES.full("cause").bit_length() == FRAMES.full("mask").bit_length()


def test_classes_of_other_names_are_refused():
    other = replace(TINY, classes=("N", "S", "V", "Q"))
    with pytest.raises(InputError, match="has classes N, S, V, Q: the monitor chip's registers name N, S, V, F"):
        MonitorController(other, choose(other), SAMPLING_RATE)


def test_a_depth_that_the_map_cannot_say():
    with pytest.raises(InputError, match="depth = 300"):
        MonitorController(TINY, choose(TINY), SAMPLING_RATE, depth=300)
