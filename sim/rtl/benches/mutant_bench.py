"""cocotb: every mutant of the farm in ``FARM``, until a scenario catches it.

``mutants.json`` lists each mutant's number, its core, and whether to go on to endurance; ``caught.json`` gets, for
each number, the scenario, check, beat and detail that caught it, or null. The cores as they are come first: whatever
catches one of them is an error.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.rtl.benches import farm
from sparrow_ecg.sim.rtl.benches.player import CorePlayer, Fault
from sparrow_ecg.sim.rtl.benches.scenarios import SCENARIOS, endurance

FOLDER = Path(os.environ["FARM"])
LOG_EVERY = 20


async def catch(dut: Any, index: int, member: Build, long: bool = True) -> tuple[str, str, int, str] | None:
    """Play all scenarios to a core: what the first fault was."""
    for name, scenario in (*SCENARIOS.items(), *([("endurance", endurance)] if long else [])):
        try:
            await scenario(CorePlayer(dut, index, member))
        except Fault as fault:
            return name, fault.check, fault.beat, str(fault)
    return None


@cocotb.test()
async def mutants(dut: Any) -> None:
    clock = Clock(dut.clk, 2, unit="ns", impl="gpi")
    clock.start()
    await FallingEdge(dut.clk)
    members = farm.load(FOLDER)
    for index, member in enumerate(members):
        fault = await catch(dut, index, member)
        assert fault is None, f"{farm.name(member)} is wrong without a mutant: {fault}"
    chosen = json.loads((FOLDER / "mutants.json").read_text())
    caught = {}
    for done, (number, index, long) in enumerate(chosen, 1):
        dut.mutant.value = number
        caught[number] = await catch(dut, index, members[index], long)
        if done % LOG_EVERY == 0:
            dut._log.info("mutants done: %d", done)
    (FOLDER / "caught.json").write_text(json.dumps(caught))
    clock.stop()
