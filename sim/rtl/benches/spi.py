"""An SPI master for cocotb benches: mode 0, most significant bit first, frames of any number of bits.

cocotbext-spi 0.5.0 (the last release) imports `BaseClock` from `cocotb.clock`, which cocotb 2 no longer has, and its
frames are whole bytes: so the master is here.
"""

from __future__ import annotations

from typing import Any

from cocotb.triggers import Timer


class SpiMaster:
    """Drives ``cs_n``, ``sck`` and ``mosi`` of a device.

    period: of ``sck``, in ns. lead: from chip select to the first edge, and from the last edge to its end, in ns.
    """

    def __init__(self, dut: Any, period: float, lead: float):
        self.dut, self.period, self.lead = dut, period, lead
        dut.cs_n.value, dut.sck.value, dut.mosi.value = 1, 0, 0

    async def frame(self, sent: bytes, bits: int | None = None) -> bytes:
        """What comes back for a frame of so many bits, all of ``sent`` by default."""
        bits = 8 * len(sent) if bits is None else bits
        received = 0
        self.dut.cs_n.value = 0
        await self._wait(self.lead)
        for i in range(bits):
            self.dut.mosi.value = sent[i // 8] >> 7 - i % 8 & 1
            await self._wait(self.period / 2)
            received = received << 1 | int(self.dut.miso.value)
            self.dut.sck.value = 1
            await self._wait(self.period / 2)
            self.dut.sck.value = 0
        await self._wait(self.lead)
        self.dut.cs_n.value = 1
        await self._wait(self.lead)
        return (received << 8 * len(sent) - bits).to_bytes(len(sent), "big")

    async def _wait(self, time: float) -> None:
        await Timer(round(time, 3), unit="ns")
