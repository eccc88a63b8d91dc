"""cocotb, in Tiny Tapeout's layout: beats through the SPI pins, every answer as the network's integers have it.

vectors.json, beside this: frames that are sent, and what must come back for each.
"""

import json
from pathlib import Path

import cocotb
from cocotb.triggers import Timer

BIT_NS = 250  # of sck
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
    dut.clk.value, dut.ena.value, dut.uio_in.value, dut.ui_in.value, dut.rst_n.value = 0, 1, 0, CS_N, 0
    await Timer(BIT_NS, "ns")
    dut.rst_n.value = 1
    await Timer(BIT_NS, "ns")
    assert int(dut.uio_oe.value) == 0
    for number, beat in enumerate(vectors["beats"]):
        received = await frame(dut, bytes.fromhex(beat["sent"]))
        assert received.hex() == beat["received"], f"beat {number}: {received.hex()}, expected {beat['received']}"
