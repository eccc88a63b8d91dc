"""The chip under cocotb, through cocotb-test."""

from __future__ import annotations

import json
import os
from itertools import islice
from unittest import mock
from xml.etree import ElementTree

import cocotb_test.simulator
import numpy as np

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.host.beats import BeatFrames
from sparrow_ecg.hw.host.chip_model import ChipModel
from sparrow_ecg.hw.host.controller import State
from sparrow_ecg.hw.host.protocol import Protocol
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.rtl.regression import COMPILE, MAKE
from sparrow_ecg.sim.rtl.traffic import Wrong
from sparrow_ecg.sim.rtl.verilator import verilator_environment
from tests.support.frames import Traffic

MOST_BITS = 400  # of a random frame, as cocotb is slow


def test_frames(tmp_path):
    rng = np.random.default_rng(6)
    network = random_network(rng, (6, 5, 3), steps=7, weight_bits=4, input_bits=4)
    build = Build(network, Serial(3, "ram"), "chip")
    chip = build.chip
    (tmp_path / "chip.v").write_text(build.verilog)
    model, frames = ChipModel(chip.controller, network), Protocol(chip.controller.map)
    beats = BeatFrames.of(chip.controller)
    assert chip.controller.images
    good = [*frames.load(chip.controller.images.of(network)), frames.write("settings", frames.full("settings"))]
    for beat in random_beats(rng, network, 2):
        good += [
            beats.classify(beat),
            beats.fetch(),
            frames.set("status", result_valid=1),
            frames.read("beats", 4),
        ]
    traffic = islice(Traffic(chip.controller, [network], seed=3), 120)
    job = []
    for frame in [*(Wrong(sent, 8 * len(sent)) for sent in good), *(f for f in traffic if f.bits <= MOST_BITS)]:
        received = model.frame(frame.sent, frame.bits).hex()
        while model.state == State.RUN:  # which counters tell
            job.append([frame.sent.hex(), received, frame.bits, model.irq])
            frame = Wrong(beats.fetch(), 8 * len(beats.fetch()))
            received = model.frame(frame.sent, frame.bits).hex()
        job.append([frame.sent.hex(), received, frame.bits, model.irq])
    (tmp_path / "job.json").write_text(json.dumps(job))

    results = tmp_path / "results.xml"
    settings = {"CHIP_JOB": str(tmp_path / "job.json"), "COCOTB_RESULTS_FILE": str(results)}
    with mock.patch.dict(os.environ, verilator_environment() | settings):
        cocotb_test.simulator.run(
            simulator="verilator",
            toplevel="chip",
            module="sparrow_ecg.sim.rtl.benches.chip_bench",
            verilog_sources=[str(tmp_path / "chip.v")],
            sim_build=str(tmp_path / "sim"),
            compile_args=[*COMPILE, "--public-depth", "1", "--timescale", "1ns/1ps"],
            make_args=MAKE,
        )
    cases = list(ElementTree.parse(results).getroot().iter("testcase"))
    assert len(cases) == 2
    assert not [case.attrib["name"] for case in cases if {child.tag for child in case} & {"failure", "error"}]
