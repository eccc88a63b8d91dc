"""cocotb, in Tiny Tapeout's layout: beats through the SPI pins, every answer as the network's integers have it.

vectors.json, beside this: frames that begin a beat, the frame that reads the answer, and the words that must come.
"""

import json
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, Timer

CLOCK_NS = 250
BIT_NS = 1100  # of sck: more than four cycles of the clock, and in no step with it
HEAD = 2  # bytes of an answer before its first word
CS_N, SCK, MOSI = 1, 2, 4  # bits of ui_in


async def frame(dut, sent: bytes) -> bytes:
    """One SPI frame, mode 0, most significant bit first; what came on uo_out[0] meanwhile."""
    dut.ui_in.value = 0
    await Timer(2 * BIT_NS, "ns")
    received = 0
    for bit in range(8 * len(sent)):
        mosi = MOSI * (sent[bit // 8] >> (7 - bit % 8) & 1)
        dut.ui_in.value = mosi
        await Timer(BIT_NS / 2, "ns")
        received = received << 1 | (int(dut.uo_out.value) & 1)
        dut.ui_in.value = mosi | SCK
        await Timer(BIT_NS / 2, "ns")
    dut.ui_in.value = 0
    await Timer(BIT_NS, "ns")
    dut.ui_in.value = CS_N
    await Timer(2 * BIT_NS, "ns")
    return received.to_bytes(len(sent), "big")


@cocotb.test()
async def beats(dut):
    vectors = json.loads((Path(__file__).parent / "vectors.json").read_text())
    Clock(dut.clk, CLOCK_NS, unit="ns").start()
    dut.ena.value, dut.uio_in.value, dut.ui_in.value, dut.rst_n.value = 1, 0, CS_N, 0
    await ClockCycles(dut.clk, 5)
    dut.rst_n.value = 1
    await ClockCycles(dut.clk, 5)
    assert int(dut.uio_oe.value) == 0
    for number, beat in enumerate(vectors["beats"]):
        await frame(dut, bytes.fromhex(beat["start"]))
        for _ in range(vectors["polls"]):
            answer = await frame(dut, bytes.fromhex(vectors["read"]))
            words = [int.from_bytes(answer[k : k + 4], "big") for k in range(HEAD, len(answer), 4)]
            if words[0] & vectors["valid"]:
                break
        assert words == beat["words"], f"beat {number}: {words}, expected {beat['words']}"
