"""Changes of a netlist that Yosys has no pass for: clock gates for clock gates, and buffers. Of its JSON, in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import reduce
from itertools import count
from math import ceil, isqrt
from typing import Any

from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.library.pdks import Pdk

FEWEST_WORDS = 4  # of a memory, for which gates over their gates are worth it
MOST_SINKS = 10  # of a net: few enough for sharp edges, which make fewer glitches than slow ones

Module = dict[str, Any]


def gate_the_gates(module: Module, pdk: Pdk) -> None:
    """Put the clock gates of a memory's words behind gates of their own, each over the root of their number.

    A word is written once a beat, and until then its gate costs energy at every clock. One over several is open when
    any of them is.
    """
    _, enable, clock, _ = pdk.clock_gate
    cells, bits = module["cells"], _new_bits(module)
    for words in _memories(module, pdk):
        size = isqrt(len(words))
        for first in range(0, len(words), size):
            group = words[first : first + size]
            opened, closed = next(bits), cells[group[0]]["connections"][clock]
            enables = [cells[name]["connections"][enable][0] for name in group]
            _gate(module, pdk, closed[0], enables, opened, bits)
            for name in group:
                cells[name]["connections"][clock] = [opened]


def gate_the_block(module: Module, pdk: Pdk) -> None:
    """Put one clock gate before all that has an enable in a block: its clock gates, and the flip-flops that share
    theirs with none. It is open when any of these enables is high. Flip-flops without an enable keep the clock.
    """
    port = module["ports"].get("clk") or module["ports"].get("sck")  # with both, sck is sampled
    if not port:
        return
    gate, enable, clock, _ = pdk.clock_gate
    bits, (root,) = _new_bits(module), port["bits"]
    enables, sinks = [], []
    for cell in list(module["cells"].values()):
        entry, pin = (clock, enable) if cell["type"] == gate else ("C", "E")
        wires = cell["connections"]
        # `$_SDFFE_` is reset without its enable: a gate would hold that back
        if wires.get(entry) == [root] and pin in wires and not cell["type"].startswith("$_SDFFE_"):
            wanted = wires[pin][0]
            if cell["type"] != gate and cell["type"].endswith("N_"):
                wanted = _add(module, "$_NOT_", {"A": wanted}, "Y", next(bits))
            enables.append(wanted)
            sinks.append((wires, entry))
    if sinks:
        opened = _gate(module, pdk, root, list(dict.fromkeys(enables)), next(bits), bits)
        for wires, entry in sinks:
            wires[entry] = [opened]


def _gate(module: Module, pdk: Pdk, closed: int, enables: list[int], opened: int, bits: Iterator[int]) -> int:
    """Add a clock gate from net ``closed`` to net ``opened``, open when any of the enables is high."""
    gate, enable, clock, output = pdk.clock_gate
    any_of_them = reduce(lambda a, b: _add(module, "$_OR_", {"A": a, "B": b}, "Y", next(bits)), enables)
    pins = {enable: any_of_them, clock: closed, **dict.fromkeys(pdk.tied_low, "0")}
    return _add(module, gate, pins, output, opened)


def _memories(module: Module, pdk: Pdk) -> Iterator[list[str]]:
    """Names of the clock gates of each memory, word by word: an array of flip-flops that several gates share."""
    gate, *_, output = pdk.clock_gate
    gates = {cell["connections"][output][0]: name for name, cell in module["cells"].items() if cell["type"] == gate}
    of_bit = {
        cell["connections"]["Q"][0]: gates[cell["connections"]["C"][0]]
        for cell in module["cells"].values()
        if "Q" in cell["connections"] and cell["connections"]["C"][0] in gates
    }
    placed: set[str] = set()
    for net in sorted(module["netnames"].values(), key=lambda net: -len(net["bits"])):
        words = list(dict.fromkeys(of_bit[bit] for bit in net["bits"] if bit in of_bit))
        words = [name for name in words if name not in placed]
        if len(words) >= FEWEST_WORDS:
            placed.update(words)
            yield words


def buffer(module: Module, library: Library) -> None:
    """Split nets that drive more than `MOST_SINKS` pins, clocks aside, with buffers beside each other."""
    name, entry, output = library.pdk.buffer
    bits = _new_bits(module)
    sinks: dict[Any, list[tuple[dict[str, Any], str]]] = defaultdict(list)
    clocks = set()
    for cell in module["cells"].values():
        for pin, nets in cell["connections"].items():
            bit, known = nets[0] if nets else None, library.cells[cell["type"]].pins[pin]
            if known.direction == "input" and isinstance(bit, int):
                sinks[bit].append((cell, pin))
                clocks |= {bit} if known.clock else set()
    for bit, pins in sinks.items():
        while bit not in clocks and len(pins) > MOST_SINKS:
            share = ceil(len(pins) / ceil(len(pins) / MOST_SINKS))
            buffers: list[tuple[dict[str, Any], str]] = []
            for first in range(0, len(pins), share):
                driven = _add(module, name, {entry: bit}, output, next(bits))
                buffers.append((module["cells"][_name(name, driven)], entry))
                for cell, pin in pins[first : first + share]:
                    cell["connections"][pin] = [driven]
            pins = buffers


def _new_bits(module: Module) -> Iterator[int]:
    nets = [net["bits"] for net in module["netnames"].values()]
    nets += [bits for cell in module["cells"].values() for bits in cell["connections"].values()]
    return count(1 + max(bit for bits in nets for bit in bits if isinstance(bit, int)))


def _name(kind: str, bit: int) -> str:
    """As Yosys names what has no name: so that its block is that of what it drives."""
    return f"${kind}_{bit}"


def _add(module: Module, kind: str, inputs: dict[str, Any], output: str, bit: int) -> int:
    """Add a cell that drives ``bit``, and return that."""
    module["cells"][_name(kind, bit)] = {
        "hide_name": 1,
        "type": kind,
        "parameters": {},
        "attributes": {},
        "port_directions": dict.fromkeys(inputs, "input") | {output: "output"},
        "connections": {pin: [net] for pin, net in inputs.items()} | {output: [bit]},
    }
    return bit
