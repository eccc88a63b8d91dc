"""The design-space sweep: what a point is, that nothing is measured twice, and the front. No library, no records."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.studies import variants
from sparrow_ecg.sim.studies.front import front, on_front
from sparrow_ecg.sim.studies.point import Measurement, Point
from sparrow_ecg.sim.studies.space import FULL, Space, default, unique
from sparrow_ecg.sim.studies.store import Store
from sparrow_ecg.sim.studies.sweep import sweep
from tests.support.results import RESULTS
from tests.support.sweep_stub import Stub, stubs, work


def network(seed: int = 0, name: str = "one", shape: tuple[int, ...] = (6, 5, 3)) -> Network:
    made = random_network(np.random.default_rng(seed), shape, steps=3, weight_bits=4, input_bits=2)
    return replace(made, name=name, provenance={"split": "intra", "seed": seed})


POINT = Point(network(), Serial(2))


def test_a_network_under_another_name_is_the_same_point():
    assert replace(POINT, network=network(name="two")).key == POINT.key
    assert len(unique([POINT, replace(POINT, network=network(name="two"))])) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(POINT, network=network(seed=1)),
        replace(POINT, network=replace(network(), provenance={"split": "intra", "seed": 1})),
        replace(POINT, config=Serial(3)),
        replace(POINT, config=Serial(2, zero_skip=False)),
        replace(POINT, clock_gates=0),
        replace(POINT, mapping="leakage"),
        replace(POINT, measurement=Measurement(beats=65)),
        replace(POINT, measurement=Measurement(pdk="nangate45")),
    ],
)
def test_whatever_changes_the_result_is_another_point(other):
    assert other.key != POINT.key


def test_a_space_leaves_out_what_no_core_has():
    space = Space(("serial", "tree"), (1, 2, 99), ("rom", "ram"), ("ssf", "if"), (True, False), (3, 0))
    points = list(space.points([network()], Measurement()))
    serial = [point for point in points if isinstance(point.config, Serial)]
    assert {point.config.lanes for point in serial} == {1, 2}
    assert len(serial) == 2 * 2 * 2 * 2 * 2
    trees = unique(point for point in points if isinstance(point.config, Tree))
    assert sorted(point.clock_gates for point in trees) == [0, 3]


def test_the_default_explores_small_networks_in_full_and_large_ones_briefly():
    small, middle, large = network(), network(1, "middle", (40, 40, 4)), network(1, "large", (90, 80, 4))
    assert small.nonzero_synapses < 1000 < middle.nonzero_synapses < 5000 < large.nonzero_synapses
    points = default([small, middle, large], [network(name="seed 0"), network(2, "seed 2")])
    of = Counter(point.network.name for point in points)
    assert of["one"] == len(unique(point for space in FULL for point in space.points([small], Measurement())))
    assert (of["middle"], of["large"]) == (4, 3)
    assert 0 < of["seed 2"] < of["one"]
    assert "seed 0" not in of  # it is `one`


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="no distributed: pip install -e .[cluster]")
    with distributed.Client(
        processes=False, dashboard_address="127.0.0.1:0", n_workers=1, threads_per_worker=2
    ) as client:
        yield client


def worked(folder: Path) -> Counter[str]:
    return Counter((folder / "log").read_text().split())


def finished(folder: Path) -> set[str]:
    """Stubs whose results are in the store, read as anybody's SQLite would."""
    path = folder / "points.sqlite"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as database:
        if not database.execute("SELECT name FROM sqlite_master").fetchall():
            return set()
        return {key[0] for (key,) in database.execute("SELECT key FROM results")}


def test_a_sweep_gives_results_in_order_and_the_second_measures_nothing(client, tmp_path):
    tasks = stubs(tmp_path)
    store = Store(tmp_path / "points.sqlite")
    first = sweep(tasks, store, work, client)
    assert [result["value"] for result in first] == [2 * k for k in range(8)]
    assert sweep(tasks, store, work, None) == first
    assert set(worked(tmp_path).values()) == {1}


def test_a_failure_is_recorded_and_tried_again_only_when_asked_to(client, tmp_path):
    store, log = Store(tmp_path / "points.sqlite"), str(tmp_path / "log")
    tasks = [Stub("1", log), Stub("2", log, fails="no such gate")]
    good, bad = sweep(tasks, store, work, client)
    assert good["value"] == 2
    assert bad["error"] == "RuntimeError: no such gate"
    assert bad["point"] == tasks[1].describe()
    sweep(tasks, store, work, client)
    assert worked(tmp_path) == {"1": 1, "2": 1}
    sweep(tasks, store, work, client, retry=True)
    assert worked(tmp_path) == {"1": 1, "2": 2}


def test_a_worker_with_other_code_measures_nothing(client, tmp_path, monkeypatch):
    codes = iter(["client", "client", "worker"])
    monkeypatch.setattr("sparrow_ecg.sim.studies.sweep.sources", lambda work: next(codes))
    (result,) = sweep([Stub("1", str(tmp_path / "log"))], Store(tmp_path / "points.sqlite"), work, client)
    assert "another version of the package" in result["error"]
    assert not (tmp_path / "log").exists()


def refuse(stub: Stub) -> dict[str, Any]:
    raise InputError("no such file: put it there")


def test_what_the_user_can_mend_is_reported_and_not_kept(client, tmp_path):
    store = Store(tmp_path / "points.sqlite")
    (result,) = sweep([Stub("1", str(tmp_path / "log"))], store, refuse, client)
    assert result["error"] == "InputError: no such file: put it there"
    assert finished(tmp_path) == set()


def test_a_file_that_is_no_store_is_refused(tmp_path):
    path = tmp_path / "points.sqlite"
    path.write_text("key,value" * 100)
    with pytest.raises(InputError, match=r"points\.sqlite: file is not a database: name another file"):
        Store(path).read("7")
    assert path.read_text() == "key,value" * 100


def test_a_killed_sweep_goes_on_where_it_stopped(client, tmp_path):
    program = f"import pathlib; from tests.support.sweep_stub import main; main(pathlib.Path({str(tmp_path)!r}))"
    running = subprocess.Popen([sys.executable, "-c", program], start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        while len(finished(tmp_path)) < 2:
            assert running.poll() is None, "the sweep was over too soon"
            time.sleep(0.05)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    kept = finished(tmp_path)
    assert 2 <= len(kept) < 8
    results = sweep(stubs(tmp_path), Store(tmp_path / "points.sqlite"), work, client)
    assert [result["value"] for result in results] == [2 * k for k in range(8)]
    counts = worked(tmp_path)
    assert set(counts) == set("01234567")
    assert {counts[key] for key in kept} == {1}


COSTS = st.integers(1, 3).flatmap(
    lambda objectives: arrays(np.int64, st.tuples(st.integers(1, 12), st.just(objectives)), elements=st.integers(0, 5))
)


def dominates(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((a <= b).all() and (a < b).any())


@given(COSTS)
def test_no_point_of_the_front_is_dominated_and_every_other_is(costs):
    kept = front(costs)
    assert kept.any()
    for k, point in enumerate(costs):
        assert kept[k] != any(dominates(other, point) for other in costs[kept])


def test_results_on_the_front():
    assert on_front(RESULTS, "error rate", "power") == [RESULTS[0], RESULTS[2]]
    assert on_front(RESULTS, "error rate", "power", "area") == RESULTS[:3]
    assert on_front([], "power") == []


def test_a_variant_is_trained_from_the_records_of_the_worker(synthetic_root):
    pytest.importorskip("torch", reason="no torch: pip install -e .[train]")
    variant = variants.Variant("tiny", {"input_bits": 3, "hidden": (5,), "epochs": (1, 1)})
    trained = variants.network(variants.train(variant, synthetic_root))
    assert trained.input_bits == 3
    assert trained.shape[1:] == (5, 4)
    assert trained.provenance["split"] == "intra"
    assert variant.key != replace(variant, seed=1).key


def test_variants_differ_from_their_recipe():
    pytest.importorskip("torch", reason="no torch: pip install -e .[train]")
    every = variants.variants("tiny", "intra")
    assert len({variant.key for variant in every}) == len(every) > 5
    with pytest.raises(InputError, match="no recipe"):
        variants.variants("huge", "intra")
