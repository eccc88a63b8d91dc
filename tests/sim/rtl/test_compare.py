from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network import Dense, Network
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.ecg.beats import Beats
from sparrow_ecg.model.signals.ecg.encoding import Encoding
from sparrow_ecg.model.signals.ecg.splits import BETWEEN, SPLITS
from sparrow_ecg.model.signals.ecg.testset import Heartbeats
from sparrow_ecg.sim.rtl.compare import compare, describe, write

SERIAL, TREE = Serial(4), Tree()
ENCODING = Encoding(before=32, block=8, blocks=8, input_bits=4)


@pytest.fixture(scope="module")
def network() -> Network:
    drawn = random_network(np.random.default_rng(3), (8, 7, 5, 4), steps=7, weight_bits=4, input_bits=4)
    return replace(drawn, encoding=ENCODING, classes=("N", "S", "V", "F"))


@pytest.fixture(scope="module")
def small() -> Network:
    """For trees, and for verbs, which build one: they take the compiler long."""
    drawn = random_network(np.random.default_rng(3), (8, 2, 4), steps=7, weight_bits=3, input_bits=4)
    return replace(drawn, encoding=ENCODING, classes=("N", "S", "V", "F"))


@pytest.fixture(scope="module")
def hearts(synthetic_beats: Beats) -> Heartbeats:
    return Heartbeats(synthetic_beats, ENCODING.encode(synthetic_beats), synthetic_beats, "synthetic", True)


def changed(network: Network, k: int, i: int) -> Network:
    """The network with one more in the bias of neuron ``i`` of layer ``k``."""
    layer = network.layers[k]
    biases = layer.biases.copy()
    biases[i] += 1
    layers = list(network.layers)
    layers[k] = Dense(layer.weights, biases, layer.firing)
    return replace(network, layers=tuple(layers))


def edited(core: Build, pattern: str, replacement: str) -> Build:
    text, edits = re.subn(pattern, replacement, core.verilog)
    assert edits
    return core.edited(text)


def test_exact(network, hearts, tmp_path):
    done, core = [], Build(network, SERIAL)
    compared = compare(core, hearts, progress=done.append)
    report = compared.report
    beats = len(hearts.counts)
    assert compared.exact
    assert sum(done) == report["beats"] == beats
    assert report["mismatched_beats"] == report["mismatched_potentials"] == report["mismatched_cycles"] == 0
    assert report["hardware"] == report["golden"]
    assert report["cycles_per_beat"] == compared.result.cycles.mean()
    assert describe(report, "net.json") == [
        f"bit-exact: {beats} of {beats} beats, {4 * beats} of {4 * beats} potentials"
    ]
    path = write(compared, core, tmp_path)
    assert path.name == "compare-random-synthetic-serial-lanes4.json"
    assert json.loads(path.read_text()) == report


def test_cocotb_gives_the_same_report(network, hearts, tmp_path):
    core = Build(network, SERIAL)
    compared = [compare(core, hearts, engine) for engine in ("library", "cocotb")]
    reports = [each.report for each in compared]
    times = ("build_seconds", "simulation_seconds", "simulated_cycles_per_second", "simulated_cycles", "engine")
    for report in reports:
        assert report["simulated_cycles"] > 0
    assert write(compared[1], core, tmp_path).name == "compare-random-synthetic-serial-lanes4-cocotb.json"
    library, cocotb = ({k: v for k, v in report.items() if k not in times} for report in reports)
    assert library == cocotb


@pytest.mark.parametrize(("k", "i"), [(0, 5), (2, 3)])
def test_a_wrong_bias_is_named(network, hearts, k, i):
    core = Build(network, SERIAL).edited(Build(changed(network, k, i), SERIAL).verilog)
    report = compare(core, hearts).report
    first = report["first_mismatch"]
    assert (first["layer"], first["neuron"], first["what"]) == (k, i, "potential")
    assert first["seen"] == first["expected"] + 1
    assert first["alone"]
    assert first["record"] == hearts.beats.record[0] or report["mismatched_beats"] < len(hearts.counts)
    lines = describe(report, "net.json")
    assert lines[0].startswith("NOT bit-exact")
    assert f"layer {k}, neuron {i}" in lines[1]
    assert f"sparrow wave --network net.json --record {first['record']} --beat {first['beat']}" in lines[2]


def test_what_only_earlier_beats_bring_about_is_found(network, hearts):
    """The list of the second layer's events is never cleared: the first beat is right."""
    core = edited(Build(network, SERIAL), r"\.clear\(\\clear\S+ \)", ".clear(1'h0)")
    first = compare(core, hearts).report["first_mismatch"]
    assert first["layer"] == 1
    assert not first["alone"]


def test_a_wrong_class_is_told_from_a_wrong_potential(network, hearts):
    """The best output of an earlier beat stays the best."""
    core = edited(Build(network, SERIAL), r"\.first\(first\)", ".first(1'h0)")
    report = compare(core, hearts).report
    assert report["mismatched_potentials"] == 0
    assert report["mismatched_beats"] > 0
    assert report["first_mismatch"]["what"] == "class"
    assert report["accuracy_hardware"] != report["accuracy_golden"]


def test_a_tree_names_the_output(small, hearts):
    core = Build(small, TREE)
    assert compare(core, hearts).exact
    report = compare(core.edited(Build(changed(small, 1, 3), TREE).verilog), hearts).report
    first = report["first_mismatch"]
    assert (first["layer"], first["neuron"], first["seen"]) == (1, 3, first["expected"] + 1)


@pytest.mark.parametrize("split", SPLITS)
def test_intervals_over_patients_where_none_of_them_was_seen(network, hearts, split):
    report = compare(Build(network, SERIAL), replace(hearts, split=split)).report
    assert ("interval" in report["hardware"]) == (split in BETWEEN)
    assert report["hardware"] == report["golden"]


def test_a_hang_is_reported(network, hearts):
    core = edited(Build(network, SERIAL), "assign counts__ready = ", "assign counts__ready = 1'h0 & ")
    report = compare(core, hearts).report
    assert report["mismatched_beats"] == len(hearts.counts)
    assert report["accuracy_hardware"] is None
    assert report["first_mismatch"]["what"] == "result"
    assert len(describe(report, "x")) == 3


def test_verbs(small, synthetic_root, tmp_path):
    """The command line on generated records."""
    saved = str(small.save(tmp_path / "small.json"))
    run = CliRunner().invoke
    options = ["--network", saved, "--data", str(synthetic_root), "--out", str(tmp_path)]
    done = run(app("compare"), ["--split", "intra", *options])
    assert done.exit_code == 0, done.output
    assert "all bit-exact" in done.output
    assert json.loads((tmp_path / "compare-small-intra-tree.json").read_text())["mismatched_beats"] == 0
    record = next(synthetic_root.rglob("*.hea")).stem
    done = run(app("wave"), ["--record", record, "--beat", "4", *options])
    assert done.exit_code == 0, done.output
    assert next(tmp_path.glob(f"random-tree-{record}-4.*")).stat().st_size
    done = run(app("bench"), ["--network", saved, "--beats", "300", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "bench-random-tree.json").read_text())["ratio"] > 0
