"""The rest of a core beside its SRAM macros."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.studies.sram import rest


def test_rest_of_the_core(tmp_path: Path):
    network = random_network(np.random.default_rng(1), (4, 3), steps=5)
    config = Serial(2, "ram")
    assert rest(tmp_path, network, config) is None
    kinds = {"switching": 1.0, "internal": 2.0, "clock": 3.0, "leakage": 0.5}
    made = {
        "digest": network.digest,
        "config": replace(config, weights="rom").as_dict(),
        "flow": {"flat": False},
        "blocks_nj": {"weights": kinds, "biases": kinds, "lane_0": kinds, "top": kinds},
        "energy_per_beat_nj": 26.0,
        "cycles_per_beat": 100.0,
        "clock_mhz": 4.0,
        "beats": 8,
    }
    path = tmp_path / f"gatepower-{network.name}-ihp130-serial.json"
    path.write_text(json.dumps(made))
    found = rest(tmp_path, network, config)
    assert (found["energy_nj_per_beat"], found["leakage_nj_per_beat"], found["rom_tables_nj_per_beat"]) == (
        12.0,
        1.0,
        13.0,
    )
    assert found["leakage_nw"] == pytest.approx(1.0 / 25e-6)
    for wrong in ({"digest": "x"}, {"flow": {"flat": True}}, {"config": config.as_dict()}):
        path.write_text(json.dumps(made | wrong))
        assert rest(tmp_path, network, config) is None
