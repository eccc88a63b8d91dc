"""The cocotb bench of a whole data set: it hands over a block of beats, and wakes up when the block is done.

It runs inside the simulator, in a folder where `sim.rtl.cocotb_engine` has put its job, and leaves results.bin there.
It imports nothing of ours, as that would take longer than many a simulation.
"""

from __future__ import annotations

import json
from pathlib import Path

import cocotb
import numpy as np
from cocotb.utils import get_sim_time


@cocotb.test()
async def dataset(dut) -> None:
    """Every beat of counts.npy, uint16[beats, inputs], through the core."""
    job = json.loads(Path("job.json").read_text())
    size = job["block"]
    counts = np.load("counts.npy")
    with Path("results.bin").open("wb") as results:
        for first in range(0, len(counts), size):
            block = counts[first : first + size]
            block.astype(">u2").tofile("counts.bin")
            dut.size.value = len(block)
            dut.seed.value = (job["stall"] + first) % 2**32 or 1 if job["stall"] else 0
            dut.limit.value = job["limit"] * len(block) + job["image_bytes"]
            dut.start.value = 1 - (first // size) % 2
            await dut.finished.value_change
            answers = bytes.fromhex(Path("results.hex").read_text())
            results.write(answers)
            Path("progress").write_text(str(first + len(block)))
            if len(answers) < len(block) * job["result_bytes"]:
                break  # it hung: what is missing says where
    Path("clocks").write_text(str(int(get_sim_time() // 2)))  # a clock cycle is two time steps
