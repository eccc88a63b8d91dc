"""Pictures through the RTL in Verilator: all alike, and what is not alike is found where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.picture import Picture
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Firing, Pooling, golden
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.model.signals.images.pictures import encoding_of
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.rtl.pictures import compare
from sparrow_ecg.sim.rtl.verilator import lint
from tests.support.convolving import build, pictures


def test_all_are_alike() -> None:
    shown: list[int] = []
    report = compare(build(), pictures(), shown.append)
    trace = build().golden(encoding_of(build().network).encode(pictures().pixels))
    assert (report["mismatched_pictures"], report["mismatched_potentials"], report["mismatched_cycles"]) == (0, 0, 0)
    assert report["first_mismatch"] is None
    assert report["accuracy_hardware"] == report["accuracy_golden"] == (trace.classes == pictures().labels).mean()
    assert report["cycles_per_picture"] == build().cycles(trace).mean()
    assert report["not_zero"] == [float((counts != 0).mean()) for counts in trace.counts]
    assert sum(shown) == report["pictures"] == 40
    assert min(report["not_zero"]) > 0.1  # all layers have something to do
    assert max(report["not_zero"]) < 0.9


def test_stalls_change_nothing() -> None:
    counts = encoding_of(build().network).encode(pictures().pixels)
    calm, stalled = (Engine(build()).run(counts, stall=stall) for stall in (0, 9))
    assert (calm.potentials == stalled.potentials).all()
    assert (calm.classes == stalled.classes).all()


def test_neurons_leave_as_the_golden_model_has_them() -> None:
    counts = encoding_of(build().network).encode(pictures().pixels[:3])
    trace = golden.run(build().network, counts)
    leavers = Engine(build(), activity=True).leavers(counts)
    assert len(leavers) == sum(layer.neurons for layer in build().network.layers)
    assert len({(leaver.layer, leaver.neuron) for leaver in leavers}) == len(leavers)
    assert all(leaver.potential == trace.potentials[leaver.layer][-1, leaver.neuron] for leaver in leavers)


def changed(k: int, **fields: Any) -> Build:
    """The same RTL, held against another network."""
    network = build().network
    layers = list(network.layers)
    layers[k] = replace(layers[k], **fields)
    return replace(build(), network=replace(network, layers=tuple(layers)), replacement=build().verilog)


def bumped(k: int, neuron: int) -> np.ndarray:
    biases = build().network.layers[k].biases.copy()
    biases[neuron] += 1
    return biases


def test_a_difference_is_found_where_it_is() -> None:
    for k, channel in ((0, 2), (1, 1)):
        report = compare(changed(k, biases=bumped(k, channel)), pictures())
        first = report["first_mismatch"]
        assert (first["layer"], first["row"], first["column"], first["channel"]) == (k, 0, 0, channel)
        assert (first["what"], first["expected"]) == ("potential", first["seen"] + 1)
        assert report["mismatched_pictures"] > 0
    report = compare(changed(2, biases=bumped(2, 1)), pictures())
    first = report["first_mismatch"]
    assert (first["picture"], first["layer"], first["channel"], first["what"]) == (0, 2, 1, "potential")
    assert report["mismatched_pictures"] == 40
    assert report["mismatched_potentials"] == 40

    report = compare(changed(0, pooling=Pooling(2, Firing(2, 2))), pictures())
    first = report["first_mismatch"]
    assert (first["layer"], first["what"]) == (0, "fired count")
    assert (first["row"] % 2, first["column"] % 2) == (1, 1)


def test_a_count_that_changes_no_answer_changes_the_cycles() -> None:
    """Of the channel that nothing listens to."""
    report = compare(changed(0, biases=build().network.layers[0].biases - [0, 0, 0, 200]), pictures())
    assert report["mismatched_pictures"] == 0
    assert report["mismatched_cycles"] > 0
    assert report["first_mismatch"]["layer"] == 0


def test_what_takes_no_pictures_is_refused() -> None:
    network = random_network(np.random.default_rng(0), (4, 3))
    with pytest.raises(InputError, match="'random' does not take pictures"):
        compare(Build(network, Picture(1)), pictures())
    with pytest.raises(InputError, match="knows 3 classes: the pictures have another number"):
        compare(build(), replace(pictures(), classes=4))


def test_verilog_is_clean() -> None:
    assert lint(build().verilog) == []
