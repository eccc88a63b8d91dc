"""From what Yosys writes to a netlist of a library's cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.netlist.blocks import Blocks, place
from sparrow_ecg.sim.gates.netlist.netlist import ONE, ZERO, Instance, Netlist
from sparrow_ecg.sim.tools import BuildError


def read(module: dict[str, Any], library: Library, build: Build) -> Netlist:
    """From the JSON of Yosys for a build. Raises BuildError on a cell that the library has not, or a block that the
    build has not.
    """
    numbers = _Numbers()
    ports: dict[str, dict[str, list[int]]] = {"input": {}, "output": {}}
    for name, port in module["ports"].items():
        ports[port["direction"]][name] = numbers.of(port["bits"])
    public = {name.lstrip("\\"): net["bits"] for name, net in module["netnames"].items() if not net["hide_name"]}
    names = {name: numbers.of(bits) for name, bits in public.items()}
    instances = [_instance(name, cell, library, numbers) for name, cell in module["cells"].items()]
    placed = place(instances, names, Blocks(build))
    return Netlist(library, numbers.count, placed, ports["input"], ports["output"], names)


class _Numbers:
    """Nets by what Yosys calls them, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {"0": ZERO, "1": ONE, "x": ZERO, "z": ZERO}
        self.count = 2

    def of(self, bits: Iterable[Any]) -> list[int]:
        return [self._number(bit) for bit in bits]

    def _number(self, bit: Any) -> int:
        if bit not in self._known:
            self._known[bit] = self.count
            self.count += 1
        return self._known[bit]


def _instance(name: str, cell: dict[str, Any], library: Library, numbers: _Numbers) -> Instance:
    """Not in a block yet."""
    kind = cell["type"]
    if kind not in library.cells:
        raise BuildError(f"{kind} is not a cell of {library.pdk.name}: the netlist is not fully mapped")
    known = library.cells[kind]
    pins = {pin: numbers.of(bits)[0] for pin, bits in cell["connections"].items() if bits}
    # an output that leads nowhere moves all the same, and conditions name it
    pins |= {pin.name: numbers.of([(name, pin.name)])[0] for pin in known.outputs if pin.name not in pins}
    return Instance(name, known, pins, "")
