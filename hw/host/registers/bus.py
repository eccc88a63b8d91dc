"""The bus between a host interface (SPI, APB) and the registers."""

from __future__ import annotations

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.host.registers.map import ADDRESS_BITS, DATA_BITS


class RegisterBus(wiring.Signature):
    """Seen from the host interface, which accesses one register a cycle.

    address:    number of the register.
    read:       this cycle is a read; ``read_data`` follows ``address`` without it, so that it may be taken before.
    write:      this cycle is a write of ``write_data``.
    port:       the register at ``address`` is a port: a burst stays there.
    stall:      that port cannot take a word in this cycle; a write would be dropped as an overflow.
    fault:      no such register, or it does not allow this access.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "address": Out(ADDRESS_BITS),
                "read": Out(1),
                "write": Out(1),
                "write_data": Out(DATA_BITS),
                "read_data": In(DATA_BITS),
                "port": In(1),
                "stall": In(1),
                "fault": In(1),
            }
        )
