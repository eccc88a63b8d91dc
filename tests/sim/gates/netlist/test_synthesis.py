from __future__ import annotations

import numpy as np
from sparrow_ecg.sim.rtl.benches.networks import random_network

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.sim.gates.library import liberty
from sparrow_ecg.sim.gates.library.pdks import pdk
from sparrow_ecg.sim.gates.netlist.synthesis import synthesise
from tests.sim.gates.conftest import ROOT
from tests.support.cells import libraries


@libraries("nangate45")
def test_a_path_may_have_any_characters(library, tmp_path, monkeypatch):
    """Of the data root, and of the working directory, where the text of the library is kept for Yosys."""
    folder = tmp_path / "a folder with 'spaces' ü"
    (folder / "liberty").mkdir(parents=True)
    (folder / "liberty" / library.pdk.folder).symlink_to(ROOT / "liberty" / library.pdk.folder)
    monkeypatch.chdir(folder)
    here = liberty.load(pdk(library.pdk.name), folder)
    netlist = synthesise(Build(random_network(np.random.default_rng(0), (2, 2)), Serial(1)), here)
    kinds = {cell["type"] for cell in netlist["cells"].values()}
    assert kinds <= set(here.cells)
    assert any("DFF" in kind for kind in kinds)
