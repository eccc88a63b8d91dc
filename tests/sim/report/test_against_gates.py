"""Formula beside gates: of the very network that was measured, and of no other."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_beats
from sparrow_ecg.sim.energy.formulas import energy
from sparrow_ecg.sim.energy.operations import predict
from sparrow_ecg.sim.energy.technologies import PAPER_V1, PAPER_V2
from sparrow_ecg.sim.report.against_gates import GATES, against_gates
from sparrow_ecg.sim.report.figures import Figure, Source, shipped
from tests.support.convolving import build

TINY = Network.load("tiny")
COUNTS = random_beats(np.random.default_rng(2), TINY, 20)


def figure(network: Network, unit: str = "nJ") -> Figure:
    source = Source(network=network.name, digest=network.digest)
    return Figure(value=2.5, unit=unit, command="sparrow gatepower", measured=date(2026, 1, 1), sources=(source,))


def test_every_figure_that_is_wanted_is_there():
    assert all(shipped()[name].unit in ("nJ", "µJ") for name in GATES)


def test_neurons_are_priced_by_their_own_operations():
    found = against_gates({TINY.digest: (TINY, COUNTS)}, shipped(), PAPER_V1)
    assert found.keys() == {"tiny serial_if", "tiny serial", "tiny serial_no_skip", "tiny mac", "tiny tree"}
    trace = golden.run(TINY, COUNTS, "if")
    wanted = energy(TINY, predict(TINY, trace, neuron="if", lanes=16), PAPER_V2).total / 1e3
    assert found["tiny serial_if"]["formula"]["paper-v2-22nm"] == pytest.approx(wanted)
    assert found["tiny serial"]["formula"]["paper-v2-22nm"] < wanted


def test_a_network_that_has_changed_is_not_beside_old_gates():
    assert against_gates({"another": (TINY, COUNTS)}, shipped(), PAPER_V1) == {}


def test_pictures_in_microjoules():
    network = build().network
    counts = random_beats(np.random.default_rng(1), network, 3)[:2]
    measured = {"digits.gates.energy": figure(network, "µJ")}
    row = against_gates({network.digest: (network, counts)}, measured, PAPER_V1)["digits gates"]
    assert row["gates"] == 2500
    assert set(row["formula"]) == {"paper-v1", "paper-v2-22nm"}
