"""APB3: one access to the registers a transfer, in its last cycle."""

from __future__ import annotations

from collections.abc import Iterator

from amaranth.hdl import Signal, Value

from sparrow_ecg.hw.formal.harness import Harness, Property
from sparrow_ecg.hw.formal.planted import Bug
from sparrow_ecg.hw.host.apb import ApbSlave


def apb(h: Harness) -> None:
    dut = h.add(ApbSlave())
    bus = dut.bus
    # the master: a setup cycle, then enable until ready, nothing changing meanwhile
    waiting = h.past(dut.psel & ~(dut.penable & dut.pready))  # a transfer has begun, and goes on
    h.given(dut.penable == waiting)
    h.given(~waiting | dut.psel)
    for pin in (dut.paddr, dut.pwrite, dut.pwdata):
        h.given(~waiting | (pin == h.past(pin)))

    done = dut.psel & dut.penable & dut.pready
    accesses = Signal(2)
    h.m.d.sync += accesses.eq(0)
    with h.m.If(dut.psel & ~done):
        h.m.d.sync += accesses.eq(accesses + bus.read + bus.write)
    h.always((bus.read | bus.write) == done)
    h.always(~done | (accesses == 0))  # none before
    h.always(~done | (bus.write == dut.pwrite) & (bus.read == ~dut.pwrite))
    h.always(~done | (bus.address == dut.paddr[2:]) & (bus.write_data == dut.pwdata))
    h.always(~bus.read | (Value.cast(dut.prdata) == bus.read_data))
    h.always(dut.pslverr == (done & bus.fault))
    h.always(~(dut.psel & dut.penable & bus.stall & dut.pwrite) | ~dut.pready)
    h.always(~dut.psel | dut.active)
    h.reach(done & h.past(h.past(waiting)), "a transfer that waited")
    h.reach(dut.pslverr, "an error")


def properties() -> Iterator[Property]:
    yield Property(
        "apb",
        "one access a transfer, in its last cycle; a write waits while its port is busy; an error is told then only",
        apb,
        bugs=(
            Bug("host.apb", "access & self.pwrite & self.pready", "access & self.pwrite"),
            Bug("host.apb", "bus.read.eq(access & ~self.pwrite)", "bus.read.eq(self.psel & ~self.pwrite)"),
            Bug("host.apb", "access & self.pready & bus.fault", "self.pready & bus.fault"),
            Bug("host.apb", "self.active.eq(self.psel)", "self.active.eq(access)"),
        ),
        quick=True,
    )
