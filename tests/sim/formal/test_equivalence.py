from __future__ import annotations

import copy
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.hw.formal.cores import NETWORK
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.formal.cones import FLIP_FLOP, Cones
from sparrow_ecg.sim.formal.equivalence import equivalent, exchanged, of_rtl
from sparrow_ecg.sim.gates.design import Design, synthesise
from sparrow_ecg.sim.gates.netlist import edit

ROOT = Path(os.environ.get("ECG_DATA") or Path(__file__).parents[3] / "data")
BUILD = Build(NETWORK, Tree())
pytestmark = pytest.mark.skipif(not (ROOT / "liberty").is_dir(), reason=f"no Liberty files in {ROOT}")


@cache
def small() -> Design:
    return synthesise(BUILD, "sky130", ROOT)


@cache
def rtl() -> Cones:
    return of_rtl(BUILD)


def test_the_netlist_is_its_rtl_and_a_nor_for_a_nand_is_found():
    design = small()
    found = equivalent(rtl(), Cones(design.module, design.library))
    assert found.differs == ""
    assert found.cones == found.flip_flops + len(rtl().outputs)
    assert equivalent(rtl(), Cones(exchanged(design.module), design.library)).differs


def before_mapping(design: Design) -> dict[str, Any]:
    """Its flip-flops as Yosys' own, as the edits of clock gates find them."""
    module = copy.deepcopy(design.module)
    for cell in module["cells"].values():
        if "dfxtp" in cell["type"]:
            cell["type"], pins = FLIP_FLOP, cell["connections"]
            pins["C"] = pins.pop("CLK")
    return module


def test_edits_change_nothing_but_gates(monkeypatch: pytest.MonkeyPatch):
    """Buffers, and gates over gates, one by one on a netlist; a gate that is open too rarely is found."""
    design = small()
    library = design.library
    assert library
    before = Cones(design.module, library)
    monkeypatch.setattr(edit, "MOST_SINKS", 2)
    monkeypatch.setattr(edit, "FEWEST_WORDS", 2)
    for base, change in (
        (design.module, lambda module: edit.buffer(module, library)),
        (before_mapping(design), lambda module: edit.gate_the_gates(module, library.pdk)),
        (before_mapping(design), lambda module: edit.gate_the_block(module, library.pdk)),
    ):
        module = copy.deepcopy(base)
        change(module)
        assert len(module["cells"]) > len(base["cells"])
        assert equivalent(before, Cones(module, library)).differs == ""
    gate, enable, *_ = library.pdk.clock_gate
    added = next(c for name, c in module["cells"].items() if c["type"] == gate and name not in design.module["cells"])
    added["connections"][enable] = ["0"]
    assert equivalent(before, Cones(module, design.library)).differs


def of_two(kind: str, data: int = 3, reset: int = 4, before: str = "$_BUF_") -> Cones:
    """A flip-flop that is reset, perhaps by the inverse of a port."""
    cells = {
        "before": (before, {"A": reset, "Y": 7}),
        "register": (kind, {"C": 2, "D": data, "R": 7, "Q": 8}),
    }
    inputs = {name: {"direction": "input", "bits": [bit]} for bit, name in enumerate(("clk", "a", "b"), 2)}
    return Cones(
        {
            "ports": inputs | {"y": {"direction": "output", "bits": [8]}},
            "netnames": {"held": {"hide_name": 0, "bits": [8]}},
            "cells": {
                name: {"type": what, "connections": {pin: [net] for pin, net in pins.items()}}
                for name, (what, pins) in cells.items()
            },
        }
    )


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (of_two("$_DFF_PP0_"), ""),
        (of_two("$_DFF_PN0_", before="$_NOT_"), ""),
        (of_two("$_DFF_PN0_"), "clear held[0]"),
        (of_two("$_DFF_PP0_", reset=3), "clear held[0]"),
        (of_two("$_DFF_PP1_"), "clear held[0]"),
        (of_two("$_DFF_PP0_", data=4), "next held[0]"),
    ],
)
def test_what_resets_without_a_clock_is_a_cone_of_its_own(other: Cones, differs: str):
    assert equivalent(of_two("$_DFF_PP0_"), other).differs == differs


def test_the_other_edge_of_the_clock_is_found():
    with pytest.raises(VerificationError, match=r"held\[0\] has the other edge"):
        equivalent(of_two("$_DFF_PP0_"), of_two("$_DFF_NP0_"))


def test_a_register_that_is_lost_is_named():
    design = small()
    module = copy.deepcopy(design.module)
    name = next(n for n in module["netnames"] if "phase" in n)
    module["netnames"][name]["hide_name"] = 1
    with pytest.raises(VerificationError, match="phase"):
        equivalent(rtl(), Cones(module, design.library))
