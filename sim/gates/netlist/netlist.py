"""A mapped netlist: numbered nets, cells of a library, and the block of the design that each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from sparrow_ecg.sim.gates.library.liberty import Cell, Library
from sparrow_ecg.sim.tools import BuildError

ZERO, ONE = 0, 1  # nets that never move
TOP_BLOCK = "top"
CLOCK_BLOCK = "clock"


@dataclass(frozen=True)
class Instance:
    """A cell in the netlist; pins: net by pin name. block: where it belongs."""

    name: str
    cell: Cell
    pins: dict[str, int]
    block: str

    @property
    def data_inputs(self) -> list[int]:
        return [self.pins[pin.name] for pin in self.cell.inputs if pin.name in self.pins]

    @property
    def outputs(self) -> list[int]:
        return [self.pins[pin.name] for pin in self.cell.outputs if pin.name in self.pins]


@dataclass(frozen=True)
class Netlist:
    """nets: how many, the constants 0 and 1 among them. ports: nets by port name, low bit first.

    names:   public names of nets, as ``block.signal[bit]``.
    lengths: um of wire of each net, from a placement; None before there is one.
    clocked: it has its clock tree; without one, that is an estimate, and the clock ideal.
    """

    library: Library
    nets: int
    instances: list[Instance]
    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    names: dict[str, list[int]]
    lengths: list[float] | None = None
    clocked: bool = False

    @cached_property
    def sinks(self) -> list[list[tuple[Instance, str]]]:
        """Of each net, the pins that it drives."""
        sinks: list[list[tuple[Instance, str]]] = [[] for _ in range(self.nets)]
        for instance in self.instances:
            for pin in instance.cell.inputs:
                if pin.name in instance.pins:
                    sinks[instance.pins[pin.name]].append((instance, pin.name))
        return sinks

    @property
    def fan_outs(self) -> list[int]:
        """Of each net, how many pins and output ports it drives; none of the constants."""
        ports = {net for bits in self.outputs.values() for net in bits}
        return [(len(pins) + (net in ports)) * (net > ONE) for net, pins in enumerate(self.sinks)]

    @cached_property
    def drivers(self) -> dict[int, Instance]:
        return {net: instance for instance in self.instances for net in instance.outputs}

    @cached_property
    def order(self) -> list[Instance]:
        """All but flip-flops, each after those that drive it; latches and clock gates count as gates."""
        gates = {id(i): i for i in self.instances if not _flip_flop(i.cell)}
        graph: dict[int, list[int]] = {
            key: [id(d) for net in i.data_inputs if (d := self.drivers.get(net)) and id(d) in gates]
            for key, i in gates.items()
        }
        try:
            return [gates[key] for key in TopologicalSorter(graph).static_order()]
        except CycleError as error:
            loop = ", ".join(gates[key].name for key in error.args[1][:4])
            raise BuildError(f"the netlist has a loop through {loop}") from None

    @cached_property
    def flip_flops(self) -> list[Instance]:
        return [i for i in self.instances if _flip_flop(i.cell)]

    @property
    def clock(self) -> int:
        """The net of the clock's pin."""
        return self.inputs["clk" if "clk" in self.inputs else "sck"][0]

    @cached_property
    def clock_nets(self) -> set[int]:
        """The clock, and what only clock gates and gates of clocks stand between it and."""
        found = {self.clock}
        for instance in self.order:
            if instance.cell.gate:
                found.add(instance.pins[instance.cell.gate[2]])
            elif not instance.cell.sequential and instance.data_inputs and set(instance.data_inputs) <= found:
                found.update(instance.outputs)
        return found


def _flip_flop(cell: Cell) -> bool:
    return cell.register is not None and cell.register.kind == "ff"


def verilog(netlist: Netlist, name: str = "core") -> str:
    """The netlist as structural Verilog: net 7 is ``n7``."""
    ports = {"input": netlist.inputs, "output": netlist.outputs}
    declared = [
        f"  {direction} {f'[{len(bits) - 1}:0] ' if len(bits) > 1 else ''}{port};"
        for direction, group in ports.items()
        for port, bits in group.items()
    ]
    wires = [f"  wire n{net};" for net in range(2, netlist.nets)]
    joins = [f"  assign n{ZERO} = 1'b0, n{ONE} = 1'b1;"]
    for direction, group in ports.items():
        for port, bits in group.items():
            for k, net in enumerate(bits):
                bit = f"{port}[{k}]" if len(bits) > 1 else port
                joins.append(f"  assign n{net} = {bit};" if direction == "input" else f"  assign {bit} = n{net};")
    cells = [
        f"  {i.cell.name} u{k} ({', '.join(f'.{pin}(n{net})' for pin, net in i.pins.items())}); // {i.block}"
        for k, i in enumerate(netlist.instances)
    ]
    header = f"module {name} ({', '.join([*netlist.inputs, *netlist.outputs])});"
    return "\n".join([header, *declared, f"  wire n{ZERO}, n{ONE};", *wires, *joins, *cells, "endmodule", ""])
