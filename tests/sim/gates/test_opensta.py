"""OpenSTA beside us: they agree where their rules are ours, and what is off is seen."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.gates import opensta
from sparrow_ecg.sim.gates.design import Design
from sparrow_ecg.sim.gates.netlist.synthesis import Flow, synthesise
from sparrow_ecg.sim.tools import BuildError
from tests.support.cells import libraries

NETWORK = random_network(np.random.default_rng(5), [4, 3, 2], steps=3, weight_bits=3, input_bits=2)


def test_without_opensta(monkeypatch):
    monkeypatch.setattr(opensta, "PROGRAM", "no-such-sta")
    with pytest.raises(InputError, match="no no-such-sta on PATH"):
        opensta.version()


@pytest.mark.parametrize(("library", "clocked"), [("sky130", True), ("ihp130", False)], indirect=["library"])
@pytest.mark.skipif(not shutil.which("sta"), reason="no OpenSTA (apt install opensta)")
def test_they_agree(library, clocked, tmp_path, monkeypatch):
    """A clock that 2.0.17 takes as it is: without gates. Wires are in it, and every pin moves as in our beats."""
    build, flow = Build(NETWORK, Serial(lanes=2)), Flow(clock_gates=1000)
    design = Design(build, library, flow, synthesise(build, library, flow), corners=(library,) * clocked)
    counts = random_beats(np.random.default_rng(1), NETWORK, 20)
    rows = opensta.compare(design, counts, tmp_path)
    assert len(rows) == 7
    assert {row.near for row in rows} == {True, None}, rows
    assert [row.name for row in rows if row.near is None] == ["internal"]

    seen = opensta.activity(design, counts)
    monkeypatch.setattr(opensta, "activity", lambda *_: replace(seen, toggles=1.2 * seen.toggles))
    rows = opensta.compare(design, counts, tmp_path)
    assert [row.name for row in rows if row.near is False] == ["switching"]

    monkeypatch.setattr(opensta, "run_tool", lambda *_: "2.0.17\nError: run.tcl, 3 no such design")
    with pytest.raises(BuildError, match="told no slack of setup"):
        opensta.compare(design, counts, tmp_path)


@libraries("sky130")
@pytest.mark.skipif(not shutil.which("sta"), reason="no OpenSTA (apt install opensta)")
def test_what_it_does_not_know(library, tmp_path):
    build = Build(NETWORK, Gated(Tree()))
    design = Design(build, library, Flow(), {})
    with pytest.raises(InputError, match="without power gating"):
        opensta.compare(design, np.zeros((1, 4), int), tmp_path)
    assert not list(tmp_path.iterdir())
