"""What is handed over works by itself: its testbench in Verilator and Icarus, which fails when an answer is wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.hw.core.tree import Tree
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network.drawn import random_network
from sparrow_ecg.sim.gates.design import Design, synthesise
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.handover import folder as handed
from sparrow_ecg.sim.rtl.verilator import verilator_environment
from tests.sim.gates.conftest import ROOT

MODULE = "sparrow_random_core"


@pytest.fixture(scope="module", params=[Tree()])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyosys", reason="no pyosys: pip install -e .[silicon]")
    build = Build(random_network(np.random.default_rng(3), (4, 3, 2)), request.param)
    try:
        design = synthesise(build, "sky130", ROOT)
    except InputError as error:
        pytest.skip(str(error))
    return handed.write(design, tmp_path_factory.mktemp("handed"), 4.0, 0.7)


def compiled(written: Path, tool: str, out: Path) -> list[str]:
    """Build the testbench with a simulator, as its own first lines say, and return what runs it."""
    bench = f"{MODULE}_tb"
    sources = [f"{bench}.v", f"../{MODULE}.v"]
    if tool == "icarus":
        command = ["iverilog", "-g2012", "-o", str(out / "bench"), *sources]
        subprocess.run(command, cwd=written / "test", check=True)
        return ["vvp", str(out / "bench")]
    options = ["--binary", "--timing", "-Wno-fatal", "--top-module", bench, "--Mdir", str(out), "-CFLAGS", "-O0"]
    command = ["verilator", *options, *sources]
    subprocess.run(command, cwd=written / "test", env=verilator_environment(), check=True, capture_output=True)
    return [str(out / f"V{bench}")]


@pytest.mark.parametrize(
    ("written", "tool"), [(Tree(), "verilator"), (Tree(), "icarus"), (Serial(lanes=1), "icarus")], indirect=["written"]
)
def test_the_testbench_passes_and_can_fail(written: Path, tool: str, tmp_path: Path) -> None:
    if tool == "icarus" and not shutil.which("iverilog"):
        pytest.skip("no iverilog")
    command = compiled(written, tool, tmp_path)
    good = subprocess.run(command, cwd=written / "test", capture_output=True, text=True)
    assert "PASS: 64 beats" in good.stdout
    assert good.returncode == 0

    broken = tmp_path / "broken"
    shutil.copytree(written / "test", broken)
    answers = (broken / "expected.hex").read_text().split()
    answers[5] = f"{int(answers[5], 16) ^ 4:x}"
    (broken / "expected.hex").write_text("\n".join(answers) + "\n")
    bad = subprocess.run(command, cwd=broken, capture_output=True, text=True)
    assert bad.returncode != 0
    assert "FAIL: 1 wrong, 64 of 64 beats" in bad.stdout
    assert "beat 5:" in bad.stdout


def test_every_pin_has_its_place(written: Path) -> None:
    ports = json.loads((written / f"{MODULE}.json").read_text())["ports"]
    expected = {
        f"{port['name']}[{bit}]" if port["bits"] > 1 else port["name"] for port in ports for bit in range(port["bits"])
    }
    lines = (written / "pins.cfg").read_text().split()
    assert [line for line in lines if line[0] == "#"] == ["#N", "#E", "#S", "#W"]
    patterns = [line for line in lines if line[0] != "#"]
    matched = [[pin for pin in expected if re.fullmatch(pattern, pin)] for pattern in patterns]
    assert sorted(pin for pins in matched for pin in pins) == sorted(expected)


def test_modules_and_files_are_named_as_everywhere(written: Path) -> None:
    config = json.loads((written / "config.json").read_text())
    assert config["DESIGN_NAME"] == written.name == MODULE
    for name in ("VERILOG_FILES", "PNR_SDC_FILE", "SIGNOFF_SDC_FILE", "IO_PIN_ORDER_CFG"):
        assert (written / config[name].removeprefix("dir::")).is_file()
    for name in (f"{MODULE}.v", f"{MODULE}.netlist.v"):
        assert re.search(rf"^module {MODULE}\b", (written / name).read_text(), re.MULTILINE)


def test_weights_that_have_to_be_loaded_are_refused() -> None:
    build = Build(random_network(np.random.default_rng(3), (4, 3, 2)), Serial(lanes=1, weights="ram"))
    with pytest.raises(InputError, match="--weights rom"):
        handed.contents(Design(build, None, Flow(), {}), 4.0, 0.7)
