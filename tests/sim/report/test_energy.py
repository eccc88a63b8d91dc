import json

import numpy as np

from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.report.energy import _gate_level, measured_on_gates


def test_only_what_was_measured_of_this_very_network_is_shown(tmp_path):
    network = random_network(np.random.default_rng(0))
    result = {
        "pdk": "sky130",
        "corner": "tt",
        "top": "core",
        "config": {"datapath": "tree"},
        "energy_per_beat_nj": 0.2,
        "energy_without_glitches_nj": 0.1,
        "energy_split_nj": {},
    }
    assert measured_on_gates(network, tmp_path) is None
    stale = tmp_path / f"gatepower-{network.name}-nangate45.json"
    stale.write_text(json.dumps(result | {"digest": "another"}))
    assert measured_on_gates(network, tmp_path) is None
    (tmp_path / f"gatepower-{network.name}-sky130.json").write_text(json.dumps(result | {"digest": network.digest}))
    assert measured_on_gates(network, tmp_path) == {"measured": [result]}


def test_chip_and_core_are_told_apart():
    found = {
        "pdk": "sky130",
        "corner": "tt",
        "config": {"datapath": "tree"},
        "energy_per_beat_nj": 0.2,
        "energy_without_glitches_nj": 0.1,
    }
    tables = {"label": "3. Gate level", "measured": [found | {"top": top} for top in ("core", "chip")]}
    _, core, chip = _gate_level(tables).splitlines()
    assert core.split(",")[0].strip() == "core"
    assert chip.split(",")[0].strip() == "chip"
