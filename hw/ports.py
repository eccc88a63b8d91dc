"""What every core shows, whatever is inside: its streams, its probes, and the kinds of its blocks."""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar

from amaranth.hdl import Shape, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from sparrow_ecg.hw.geometry import Geometry
from sparrow_ecg.model.network import Network


class Block(Enum):
    """What a submodule of a core is for. Energy is told apart by it."""

    TABLES = "tables"  # weights and biases
    LANES = "lanes"  # sums
    ACTIVATIONS = "activations"  # counts between layers
    FIRING = "firing"  # what becomes of sums
    CONTROL = "control"


def result_layout(geometry: Geometry) -> data.StructLayout:
    """The class in the low bits, then the potential of every output."""
    outputs = geometry.shape[-1]
    potential = signed(geometry.potential_bits)
    return data.StructLayout({"klass": range(max(outputs, 2)), "potentials": data.ArrayLayout(potential, outputs)})


def core_ports(geometry: Geometry, loadable: bool, hosted: bool) -> dict[str, Any]:
    """counts: the input counts of a beat, input 0 first; as many as the network has inputs are a beat.
    result: the class (``klass``) and the potential of every output, once a beat.
    image:  of a loadable core: the bytes of `CoreImage.of`, needed after a reset before the first beat.

    A hosted core has besides: ``restart``, which forgets the beat that was begun; and if it is loadable ``reload``,
    which forgets the image that was begun, and ``thresholds``, log2 of those that were loaded.
    """
    ports: dict[str, Any] = {
        "counts": In(stream.Signature(geometry.input_bits)),
        "result": Out(stream.Signature(result_layout(geometry))),
    }
    if loadable:
        ports["image"] = In(stream.Signature(8))
    if hosted:
        ports["restart"] = In(1)
    if hosted and loadable:
        hidden = max(1, geometry.layers - 1)
        ports |= {"reload": In(1), "thresholds": Out(data.ArrayLayout(range(max(geometry.thresholds) + 1), hidden))}
    return ports


class Core(wiring.Component):
    """A `Network` in hardware. Subclasses are what configs build, see `CoreConfig.core`; `core_ports` has the ports.

    What happens in a cycle is on named signals, the ``probes``: name -> (signal, whether to count its set bits,
    "ones", or to add up its value, "sum"). They belong to the layer that the signal ``layer`` names in that cycle.

    watch:  for finding what went wrong: whether a neuron leaves the lanes in this cycle, which, with what potential,
            and the count or spike train that it fires. Empty where neurons cannot be seen. Where several may leave at
            once, a bit, a potential and a count for each, and the first one's number.
    blocks: what each submodule is for.
    unread_resets: paths of registers whose value after reset nobody reads.

    Whatever holds a core says where it is, ``core_path``, by names of instances, and which other modules of it are
    worth telling apart, ``beside``.
    """

    core_path: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()

    def __init__(self, network: Network, geometry: Geometry, loadable: bool, hosted: bool):
        self.network = network
        self.geometry = geometry
        self.loadable = loadable
        self.hosted = hosted
        self.probes: dict[str, tuple[Signal, str]] = {}
        self.layer = Signal(range(max(geometry.layers, 2)), name="probe_layer")
        self.watch: list[Signal] = []
        self.blocks: dict[str, Block] = {}
        self.unread_resets: tuple[str, ...] = ()
        super().__init__(core_ports(geometry, loadable, hosted))

    def probe(self, name: str, shape: Any = 1, count: str = "ones") -> Signal:
        """A new probe."""
        signal = Signal(shape, name=f"probe_{name}")
        self.probes[name] = (signal, count)
        return signal


def port_list(top: wiring.Component) -> list[dict[str, Any]]:
    """Name, direction and bits of each port of the Verilog module."""
    own_clock = "sck" in top.signature.members and "rst" in top.signature.members
    listed = ([] if own_clock else [("clk", "in", 1), ("rst", "in", 1)]) + [
        ("__".join(map(str, path)), member.flow.name.lower(), Shape.cast(member.shape).width)
        for path, member, _ in top.signature.flatten(top)
    ]
    return [{"name": name, "direction": direction, "bits": bits} for name, direction, bits in listed]
