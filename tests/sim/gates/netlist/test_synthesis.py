"""Synthesis where the project lies in a folder with blanks in its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.cache import build_folder
from sparrow_ecg.sim.gates.netlist.synthesis import synthesise
from tests.support.cells import libraries


@libraries("nangate45")
def test_a_blank_in_the_path(library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my chips"
    (folder / "cells").mkdir(parents=True)
    monkeypatch.chdir(folder)
    path = folder / "cells" / "plain.lib"
    path.symlink_to(library.paths[0])
    build = Build(random_network(np.random.default_rng(1), (4, 3)), Tree())
    netlist = synthesise(build, replace(library, paths=(path,)))
    assert netlist["cells"]
    assert synthesise(build, replace(library, paths=(path,))) == netlist
    assert len(list(build_folder().glob("cache/netlist-*/netlist.json"))) == 1
