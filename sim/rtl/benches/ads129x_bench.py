"""cocotb: a chain of ADS129x in continuous mode, whose frames an adapter reads for a monitor.

``ADS129X_JOB`` names a JSON file: ``frames``, each of as many words of 24 bits as the chain sends; ``period``, ns from
one to the next; ``clock``, ns, of the chip; ``read``: how many bits of a frame may be read. What is seen goes into
``seen`` of the same file: ``beats``, a number each, how often ``wrong`` and ``lost`` rose, and how many frames were
``broken``: another number of bits was read when the next one came.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly, RisingEdge, Timer

WORD = 24
LATER = 20  # ns, from an edge of sck to what it moves


class Converters:
    """What the pins of the chain do: DRDY falls when a frame is there, and rises with the first falling edge of
    ``sck``; a bit comes with each rising edge, the highest first.
    """

    def __init__(self, dut: Any):
        self.dut, self.bits, self.read, self.broken = dut, "", 0, 0

    async def convert(self, frames: list[list[int]], period: int, readings: list[int]) -> None:
        """A frame each ``period``, in no relation to the clock. readings: numbers of bits of one that may be read."""
        for words in frames:
            self.broken += self.bits != "" and self.read not in readings
            self.bits, self.read = "".join(f"{word & (1 << WORD) - 1:0{WORD}b}" for word in words), 0
            self.dut.drdy_n.value = 0
            await Timer(period, unit="ns")

    async def send(self) -> None:
        while True:
            await RisingEdge(self.dut.sck)
            await Timer(LATER, unit="ns")
            self.dut.dout.value = int(self.bits[self.read]) if self.read < len(self.bits) else 0
            self.read += 1
            await FallingEdge(self.dut.sck)
            await Timer(LATER, unit="ns")
            self.dut.drdy_n.value = 1


@cocotb.test()
async def frames(dut: Any) -> None:
    path = Path(os.environ["ADS129X_JOB"])
    job = json.loads(path.read_text())
    converters, beats, risen = Converters(dut), [], {"wrong": 0, "lost": 0}

    async def listen() -> None:
        while True:
            await RisingEdge(dut.beats__valid)
            await ReadOnly()
            beats.append(int(dut.beats__payload.value))

    async def count(name: str) -> None:
        while True:
            await RisingEdge(getattr(dut, name))
            risen[name] += 1

    dut.rst.value, dut.drdy_n.value, dut.dout.value = 1, 1, 0
    cocotb.start_soon(Clock(dut.clk, job["clock"], unit="ns").start())
    await Timer(5 * job["clock"], unit="ns")
    dut.rst.value = 0
    for task in (converters.send(), listen(), count("wrong"), count("lost")):
        cocotb.start_soon(task)
    await Timer(3 * job["clock"], unit="ns")
    await converters.convert(job["frames"], job["period"], job["read"])
    path.write_text(json.dumps(job | {"seen": {"beats": beats, "broken": converters.broken, **risen}}))
