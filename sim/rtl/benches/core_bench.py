"""cocotb: every scenario on every core of the farm whose folder is in ``FARM``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from sparrow_ecg.sim.rtl.benches.farm import load
from sparrow_ecg.sim.rtl.benches.player import CorePlayer
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS, Scenario

FOLDER = Path(os.environ["FARM"])
MEMBERS = load(FOLDER)


@cocotb.test()
@cocotb.parametrize(index=range(len(MEMBERS)), scenario=list(SCENARIOS.values()))
async def core(dut: Any, index: int, scenario: Scenario) -> None:
    clock = Clock(dut.clk, 2, unit="ns", impl="gpi")
    clock.start()
    await FallingEdge(dut.clk)
    driver = CorePlayer(dut, index, MEMBERS[index], seed=int(os.environ.get("FARM_SEED", "0")))
    try:
        await scenario(driver)
    finally:
        clock.stop()
        (FOLDER / f"covered-{index}-{scenario.__name__}.json").write_text(json.dumps(driver.covered))
