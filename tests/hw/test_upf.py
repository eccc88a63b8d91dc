"""The power intent that is written beside the Verilog: whatever it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build, Top
from sparrow_ecg.hw.core.gated import Gated
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.network.drawn import random_network

NETWORK = random_network(np.random.default_rng(8), (4, 3), steps=3, weight_bits=3, input_bits=2)


@pytest.mark.parametrize("top", ["core", "few_pins"])
def test_what_it_names_is_in_the_verilog(tmp_path: Path, top: Top) -> None:
    build = Build(NETWORK, Gated(Tree()), top)
    verilog, _ = build.save(tmp_path, "design")
    text, intent = verilog.read_text(), (tmp_path / "design.upf").read_text()
    assert f"set_design_top {build.module}\n" in intent
    (elements,) = re.findall(r"create_power_domain SWITCHED -elements {(\S+)}", intent)
    (switch,) = re.findall(r"-control_port {close (\S+)}", intent)
    (isolate,) = re.findall(r"-isolation_signal (\S+)", intent)
    (clamps,) = re.findall(r"instance (\S+):", intent)
    assert elements.split("/") == list(build.core_path)
    for path, pin in ((elements, None), (clamps, None), switch.rsplit("/", 1), isolate.rsplit("/", 1)):
        module = ".".join((build.module, *path.split("/")))
        found = re.search(rf"^module \\{re.escape(module)} .*?^endmodule", text, re.M | re.S)
        assert found, path
        assert pin is None or re.search(rf"(?m)^  output {pin};", found[0])


def test_braces_and_lines_of_tcl_close() -> None:
    from sparrow_ecg.hw.upf import power_intent

    text = power_intent("core", ["core"])
    assert text.count("{") == text.count("}")
    commands = [line.split()[0] for line in text.replace("\\\n", " ").splitlines() if line and line[0] != "#"]
    assert commands.count("create_power_domain") == 2
    assert {"create_power_switch", "set_isolation", "add_power_state"} <= set(commands)
    assert "set_retention" not in commands


def test_none_without_power_gating(tmp_path: Path) -> None:
    Build(NETWORK, Tree()).save(tmp_path, "design")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".v"]
