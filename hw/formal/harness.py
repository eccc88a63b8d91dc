"""A circuit around what is to be proven: free inputs, and what must always, or can sometimes, hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from amaranth.back import rtlil
from amaranth.hdl import Assert, Assume, ClockDomain, Cover, Module, Signal, Value
from amaranth.lib.wiring import In

from sparrow_ecg.hw.formal.planted import Bug


class Harness:
    """Rules are built into ``m``. Registers are as after power-on; there is no reset but what a rule makes."""

    def __init__(self) -> None:
        self.m = Module()
        self.clock = ClockDomain("sync", reset_less=True)
        self.m.domains.sync = self.clock
        self.inputs: list[Signal] = []
        self.arbitrary: list[str] = []  # names of components that begin in any state

    def free(self, shape: Any = 1, name: str = "free") -> Signal:
        """An input that may be anything in each cycle."""
        signal = Signal(shape, name=f"{name}_{len(self.inputs)}")
        self.inputs.append(signal.as_value() if hasattr(signal, "as_value") else signal)
        return signal

    def add(self, component: Any, name: str = "dut", wrapper: Callable[[Any], Any] = lambda c: c, **given: Any) -> Any:
        """Put a component into the harness, all its inputs free but those that are given, ``counts__valid=...``.

        wrapper: what goes around it, a `ResetInserter`.
        """
        self.m.submodules[name] = wrapper(component)
        for path, member, signal in component.signature.flatten(component):
            key = "__".join(map(str, path))
            if member.flow == In:
                value = given.pop(key) if key in given else self.free(Value.cast(signal).shape(), f"{name}_{key}")
                self.m.d.comb += Value.cast(signal).eq(Value.cast(value))
        if given:
            raise KeyError(f"{type(component).__name__} has no input {', '.join(given)}")
        return component

    def past(self, value: Any) -> Signal:
        """What it was a cycle ago, 0 in the first."""
        before = Signal(Value.cast(value).shape(), name="past")
        self.m.d.sync += before.eq(value)
        return before

    def always(self, condition: Any, src_loc_at: int = 0) -> None:
        """The claim: it holds in every cycle."""
        self.m.d.comb += Assert(condition, src_loc_at=1 + src_loc_at)

    def given(self, condition: Any) -> None:
        """What is assumed of the inputs."""
        self.m.d.comb += Assume(condition, src_loc_at=1)

    def reach(self, condition: Any, name: str) -> None:
        """It happens: else a claim might be true of nothing."""
        self.m.d.comb += Cover(condition, name, src_loc_at=1)


@dataclass(frozen=True)
class Property:
    """A claim about a circuit.

    rules: builds it into a harness.
    depth: None if it is to hold for all time; else the number of cycles from power-on that are looked at.
    bugs:  changes of the RTL, each of which it must find.
    quick: takes a second or two: one of those that `make test` proves.
    """

    name: str
    claim: str
    rules: Callable[[Harness], None]
    depth: int | None = None
    bugs: tuple[Bug, ...] = field(default=())
    quick: bool = False

    def rtlil(self) -> str:
        """The harness with all that is in it, as module ``top`` with clock ``clk``, for Yosys."""
        harness = Harness()
        self.rules(harness)
        text = rtlil.convert(harness.m, name="top", ports=[harness.clock.clk, *harness.inputs])
        return "".join(_without_init(module, harness.arbitrary) for module in re.split(r"(?m)^(?=module )", text))


def _without_init(module: str, arbitrary: list[str]) -> str:
    """A module's text without initial values, if it is of one of these components."""
    path = re.match(r"module \\top\.(\w+)", module)
    if not path or path[1] not in arbitrary:
        return module
    module = re.sub(r"(?m)^  attribute \\init .*\n", "", module)
    return re.sub(r"(?ms)^  cell \$meminit_v2 .*?^  end\n", "", module)


def held(h: Harness, stream: Any) -> None:
    """A stream keeps what it offers until it is taken."""
    waited = h.past(stream.valid & ~stream.ready)
    h.always(~waited | stream.valid & (Value.cast(stream.payload) == h.past(stream.payload)), src_loc_at=1)


def taken(stream: Any) -> Value:
    return stream.valid & stream.ready
