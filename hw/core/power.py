"""A core whose supply is switched off between beats: controller, isolation, and the core as a domain of its own."""

from __future__ import annotations

from typing import ClassVar

from amaranth.hdl import Cat, Module, Mux, ResetInserter, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.ports import Core, core_ports

SUPPLY_CYCLES = 2  # from the switch to a supply that is there; one more resets the core
WAKE_CYCLES = 1 + SUPPLY_CYCLES + 1  # that a count waits for a core that sleeps: it is seen, supply, reset
REST_CYCLES = 1  # after its result, in which a core is still awake, but takes nothing


class PowerController(wiring.Component):
    """Always on. ``power`` closes the switch, ``isolate`` holds the core's outputs at 0 and the core in reset.

    wake:  there is something to do. sleep: it is done.

    Both outputs are flip-flops: a glitch on either would be an error. Off, ``isolate`` is high; ``wake`` switches on;
    after `SUPPLY_CYCLES` and a cycle of reset with the supply there, isolation ends. ``sleep`` isolates, and a cycle
    later switches off.
    """

    def __init__(self) -> None:
        super().__init__({"wake": In(1), "sleep": In(1), "power": Out(1), "isolate": Out(1, init=1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        left = Signal(range(SUPPLY_CYCLES + 2))  # cycles until the core may run
        with m.If(~self.power):
            m.d.sync += self.power.eq(self.wake)
            with m.If(self.wake):
                m.d.sync += left.eq(SUPPLY_CYCLES + 1)
        with m.Elif(self.sleep):
            m.d.sync += [left.eq(0), self.isolate.eq(1)]
        with m.Elif(left != 0):
            m.d.sync += left.eq(left - 1)
            with m.If(left == 1):
                m.d.sync += self.isolate.eq(0)
        with m.Elif(self.isolate):
            m.d.sync += self.power.eq(0)
        return m


class Isolation(wiring.Component):
    """Always on: the outputs of a domain, and 0 in their place while ``isolate`` is high."""

    def __init__(self, bits: int):
        super().__init__({"isolate": In(1), "switched": In(bits), "isolated": Out(bits)})

    def elaborate(self, platform) -> Module:
        m = Module()
        m.d.comb += self.isolated.eq(Mux(self.isolate, 0, self.switched))
        return m


class PowerGated(wiring.Component):
    """A core that sleeps, without supply, until a count is offered, and again when its result is taken.

    Ports are the core's, and ``clock_request``: the clock may stand still while this is low.

    Nothing is retained: weights are logic, and all else is of one beat. The result is not copied, so that the core
    stays on until it is taken: registers for it would leak all the time, the core only for the wait. What enters needs
    no isolation, for inputs of gates conduct nothing; while ``isolate`` holds the core in reset it takes no count,
    though it sees one offered.
    """

    core_path: ClassVar[tuple[str, ...]] = ("core",)
    beside: ClassVar[tuple[str, ...]] = ("controller", "isolation")

    def __init__(self, core: Core):
        self.core = core
        self.geometry, self.loadable = core.geometry, core.loadable
        ports = core_ports(core.geometry, loadable=False, hosted=core.hosted)
        super().__init__(ports | {"clock_request": Out(1)})

    def elaborate(self, platform) -> Module:
        m = Module()
        core = self.core
        m.submodules.controller = control = PowerController()
        m.submodules.core = ResetInserter(control.isolate)(core)
        switched = Cat(core.counts.ready, core.result.valid, core.result.payload)
        m.submodules.isolation = isolation = Isolation(len(switched))
        finished = self.result.valid & self.result.ready
        m.d.comb += [
            core.counts.valid.eq(self.counts.valid),
            core.counts.payload.eq(self.counts.payload),
            core.result.ready.eq(self.result.ready),
            isolation.isolate.eq(control.isolate),
            isolation.switched.eq(switched),
            Cat(self.counts.ready, self.result.valid, self.result.payload).eq(isolation.isolated),
            control.wake.eq(self.counts.valid),
            control.sleep.eq(finished | self.restart if core.hosted else finished),
            self.clock_request.eq(self.counts.valid | control.power | ResetSignal()),
        ]
        if core.hosted:
            m.d.comb += core.restart.eq(self.restart)
        return m
