"""A clocked netlist, cut at its flip-flops: the cones of logic between them, which can be held against others'.

A clock gate is what it does to what is behind it: a flip-flop keeps its state unless all gates on the way to its clock
are open. What sets or clears one without a clock works between edges, too, so it is a function of its own beside the
next state. Two netlists are the same if every next state (at the same edge of the clock), every such set and clear, and
every output is the same function of state and inputs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from sparrow_ecg.sim.gates.library.functions import names, parse
from sparrow_ecg.sim.gates.library.liberty import Cell, Library
from sparrow_ecg.sim.tools import BuildError

# Yosys' own gates, after `dffunmap`: the functions of their outputs, as Liberty writes them.
GENERIC = {
    "$_BUF_": "A",
    "$_NOT_": "!A",
    "$_AND_": "A & B",
    "$_OR_": "A | B",
    "$_XOR_": "A ^ B",
    "$_XNOR_": "!(A ^ B)",
    "$_NAND_": "!(A & B)",
    "$_NOR_": "!(A | B)",
    "$_ANDNOT_": "A & !B",
    "$_ORNOT_": "A | !B",
    "$_MUX_": "(A & !S) | (B & S)",
    "$_NMUX_": "!((A & !S) | (B & S))",
}
FLIP_FLOP = "$_DFF_P_"
KINDS = re.compile(r"\$_DFF_([PN])(?:([PN])([01]))?_")  # edge; level and value of what works without a clock


@dataclass(frozen=True)
class Gate:
    """A function, as Liberty writes it, and the net of each pin that it names."""

    function: str
    pins: Mapping[str, str]

    @cached_property
    def nets(self) -> list[str]:
        """Those that it depends on, each once."""
        return list(dict.fromkeys(self.pins[name] for name in names(self.function)))

    @cached_property
    def ones(self) -> list[tuple[int, ...]]:
        """The values of its nets for which it is 1."""
        expression = parse(self.function)
        return [values for values in product((0, 1), repeat=len(self.nets)) if self._at(expression, values)]

    def _at(self, expression: str, values: tuple[int, ...]) -> int:
        of_net = dict(zip(self.nets, values, strict=True))
        bits = {name: of_net[self.pins[name]] for name in names(self.function)}
        return eval(expression.format(c0=0, c1=1, **bits)) & 1  # of numbers and ~ & ^ | alone

    @property
    def alike(self) -> str:
        """``same`` or ``inverse`` of its one net; else empty."""
        if len(self.nets) != 1:
            return ""
        return "same" if self.ones == [(1,)] else "inverse" if self.ones == [(0,)] else ""


@dataclass(frozen=True)
class FlipFlop:
    """Nets: what it holds, and what it holds after the next edge of the clock, rising or falling; what makes it 0 or 1
    at once while high. names: the bits of signals that it is.
    """

    state: str
    next: str
    names: frozenset[tuple[str, int]]
    rising: bool = True
    clear: str = "0"
    preset: str = "0"

    def __str__(self) -> str:
        signal, bit = min(self.names, default=(self.state, 0))
        return f"{signal}[{bit}]"


class Cones:
    """From the JSON of Yosys for a flat module. library: of its cells; without one they are Yosys' own.

    The clock is ``clk``; where there is no such port, ``sck``. Raises BuildError for a cell that is not known here, a
    clock that does not come from that port, and a set or clear that comes from logic, whose glitches would count.
    """

    def __init__(self, module: Mapping[str, Any], library: Library | None = None):
        self.library = library.cells if library else {}
        self.names: dict[tuple[str, int], str] = {}  # net of each bit of a signal
        self._named: dict[str, set[tuple[str, int]]] = {}
        for name, signal in module["netnames"].items():
            for k, bit in enumerate(signal["bits"] if not signal["hide_name"] else ()):
                self.names[name, k] = _net(bit)
                self._named.setdefault(_net(bit), set()).add((name, k))
        ports: dict[str, dict[str, str]] = {"input": {}, "output": {}}
        for name, port in module["ports"].items():
            ports[port["direction"]] |= {f"{name}[{k}]": _net(bit) for k, bit in enumerate(port["bits"])}
        self.outputs, self.inputs = ports["output"], ports["input"]
        self.root = self.inputs.pop("clk[0]", "") or self.inputs.pop("sck[0]", "")
        self.gates: dict[str, Gate] = {net: Gate(net, {}) for net in ("0", "1")}  # by the net that it drives
        self.clocks: dict[str, tuple[str, str]] = {}  # of a clock gate by the net that it drives: clock and enable
        registers = [found for name, cell in module["cells"].items() if (found := self._add(name, cell))]
        self.flip_flops = [self._clocked(*register) for register in registers]

    def _add(self, name: str, cell: Mapping[str, Any]) -> tuple[FlipFlop, str] | None:
        """A gate joins the others; a flip-flop is returned as if its clock were the root's, and its clock."""
        kind = cell["type"]
        pins = {pin: _net(bits[0]) for pin, bits in cell["connections"].items() if bits}
        if found := KINDS.fullmatch(kind):
            edge, level, value = found.groups()
            function = {"P": "R", "N": "!R"}.get(level)
            clear, preset = (self._at_once(f"reset${name}", function if value == v else None, pins) for v in "01")
            return FlipFlop(pins["Q"], pins["D"], self._known(pins["Q"]), edge == "P", clear, preset), pins["C"]
        if kind in GENERIC:
            self.gates[pins["Y"]] = Gate(GENERIC[kind], pins)
            return None
        if kind not in self.library:
            raise BuildError(f"{name} is a {kind}: a proof knows Yosys' gates, flip-flops and cells of the library")
        known = self.library[kind]
        if known.gate:
            enable, clock, output = known.gate
            self.gates[f"enable${name}"] = Gate(enable, pins)
            self.clocks[pins[output]] = pins[clock], f"enable${name}"
            return None
        if known.register:
            return self._register(name, known, pins)
        for pin in known.outputs:
            if pin.name in pins:
                self.gates[pins[pin.name]] = Gate(str(pin.function), pins)
        return None

    def _register(self, name: str, cell: Cell, pins: dict[str, str]) -> tuple[FlipFlop, str]:
        register, state, data = cell.register, f"state${name}", f"data${name}"
        assert register
        clock = register.clock.strip("!() ")
        if register.kind != "ff" or (register.clear and register.preset) or clock not in pins:
            raise BuildError(f"{name} is a {cell.name}: no flip-flop on an edge, with set or reset at most")
        self.gates[data] = Gate(register.data, pins)
        self.gates[f"not${name}"] = Gate("!A", {"A": state})
        own = dict(zip(register.states, (state, f"not${name}"), strict=False))
        outputs = [(pins[pin.name], str(pin.function)) for pin in cell.outputs if pin.name in pins]
        for net, function in outputs:
            self.gates[net] = Gate(function, own)
        clear, preset = (self._at_once(f"{what}${name}", getattr(register, what), pins) for what in ("clear", "preset"))
        rising = "!" not in register.clock
        return FlipFlop(state, data, self._known(outputs[0][0]), rising, clear, preset), pins[clock]

    def _known(self, net: str) -> frozenset[tuple[str, int]]:
        return frozenset(self._named.get(net, ()))

    def _at_once(self, net: str, function: str | None, pins: Mapping[str, str]) -> str:
        """The net that has this function of pins, made here; 0 without one."""
        if not function:
            return "0"
        self.gates[net] = Gate(function, pins)
        return net

    def _clocked(self, register: FlipFlop, clock: str) -> FlipFlop:
        enables, rising = self._way(clock, register.rising)
        for net in (register.clear, register.preset):
            origin, _ = self.origin(net)
            if origin not in ("0", "1", *self.inputs.values()):
                raise BuildError(f"a flip-flop is set or cleared by net {origin}, which is no port")
        return replace(register, next=self._next(register.state, register.next, enables), rising=rising)

    def _way(self, clock: str, rising: bool) -> tuple[tuple[str, ...], bool]:
        """Enables of all clock gates between the root of the clock and a net; the edge of the root that counts."""
        enables, as_it_is = [], rising
        while clock != self.root:
            if clock in self.clocks:
                clock, enable = self.clocks[clock]
                enables.append(enable)
            elif clock in self.gates and (alike := self.gates[clock].alike):
                clock, inverse = self.gates[clock].nets[0], alike == "inverse"
                rising, as_it_is = rising ^ inverse, as_it_is and not inverse
            else:
                raise BuildError(f"the clock of a flip-flop comes from net {clock}, not from that of the design")
        if enables and not as_it_is:  # a gate opens at rising edges
            raise BuildError("a clock gate is on the way to a flip-flop on falling edges, or behind an inverter")
        return tuple(enables), rising

    def _next(self, state: str, data: str, enables: Sequence[str]) -> str:
        """The net of the next state: the state, unless all gates before the clock are open."""
        if not enables:
            return data
        net, opened = f"next${state}", " & ".join(f"E{k}" for k in range(len(enables)))
        pins = {"D": data, "Q": state} | {f"E{k}": enable for k, enable in enumerate(enables)}
        self.gates[net] = Gate(f"({opened} & D) | (!({opened}) & Q)", pins)
        return net

    def origin(self, net: str) -> tuple[str, bool]:
        """The net, or constant, that this one is, or is the inverse of, behind buffers and inverters."""
        inverted = False
        while (gate := self.gates.get(net)) and gate.alike:
            inverted ^= gate.alike == "inverse"
            net = gate.nets[0]
        if gate and not gate.nets:
            net = str(len(gate.ones))
        return net, inverted


def _net(bit: Any) -> str:
    """What is undefined is 0, as synthesis takes it (`setundef -zero`)."""
    return "1" if bit == "1" else str(bit) if isinstance(bit, int) and bit > 1 else "0"
