"""cocotb: the frames of a job, through the pins of a chip, at several speeds.

``CHIP_JOB`` names a JSON file: a list of frames, each ``[sent, received, bits, irq afterwards]``, bytes in hexadecimal.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import Timer

from sparrow_ecg.sim.rtl.benches.spi import SpiMaster


@cocotb.test()
@cocotb.parametrize(period=[10, 43])
async def frames(dut: Any, period: float) -> None:
    """period: of ``sck``, in ns."""
    master = SpiMaster(dut, period, lead=period / 2)
    dut.rst.value = 1
    await Timer(3, unit="ns")
    dut.rst.value = 0
    for n, (sent, received, bits, irq) in enumerate(json.loads(Path(os.environ["CHIP_JOB"]).read_text())):
        answered = await master.frame(bytes.fromhex(sent), bits)
        assert answered.hex() == received, f"frame {n}: {sent} ({bits} bits): {answered.hex()}, not {received}"
        assert int(dut.irq.value) == irq, f"irq after frame {n}"
