"""cocotb: the frames of a job, through the pins of a chip, at several ratios of ``sck`` to the core's clock.

``CHIP_JOB`` names a JSON file: a list of frames, each ``[sent, received, bits, irq afterwards]``, bytes in hexadecimal.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge

from sparrow_ecg.sim.rtl.benches.spi import SpiMaster

PERIOD = 10  # ns, of the core's clock


@cocotb.test()
@cocotb.parametrize(ratio=[4, 4.3, 7])
async def frames(dut: Any, ratio: float) -> None:
    clock = Clock(dut.clk, PERIOD, unit="ns")
    clock.start()
    master = SpiMaster(dut, ratio * PERIOD, 4 * PERIOD)
    dut.rst.value = 1
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 5)
    for n, (sent, received, bits, irq) in enumerate(json.loads(Path(os.environ["CHIP_JOB"]).read_text())):
        answered = await master.frame(bytes.fromhex(sent), bits)
        assert answered.hex() == received, f"frame {n}: {sent} ({bits} bits): {answered.hex()}, not {received}"
        while int(dut.clock_request.value):
            await FallingEdge(dut.clk)
        assert int(dut.irq.value) == irq, f"irq after frame {n}"
