"""The register map, compiled from SystemRDL: what the RTL, the golden model, the firmware and the docs read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from systemrdl import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, RegNode

FOLDER = Path(__file__).parent
DATA_BITS = 32
ADDRESS_BITS = 7  # of a register's number, its byte address divided by four


@dataclass(frozen=True)
class MapParameters:
    """What a build has; the parameters of the SystemRDL source, in lower case.

    bus: it is behind APB, where beats go through registers; else behind SPI, where they go through frames.
    spikes, weight_reads: the core has such counters, which grow by numbers of the given width.
    """

    source: ClassVar[str] = "chip.rdl"
    top: ClassVar[str] = "ecg_chip"

    layers: int = 2
    outputs: int = 4
    ram: bool = True
    spikes: bool = True
    weight_reads: bool = True
    spikes_width: int = 5
    reads_width: int = 5
    bus: bool = True


@dataclass(frozen=True)
class MonitorParameters:
    """The monitor chip's map, which is the same in every build."""

    source: ClassVar[str] = "monitor.rdl"
    top: ClassVar[str] = "ecg_monitor"


def compile_map(parameters: MapParameters | MonitorParameters) -> AddrmapNode:
    """The elaborated map. Its nodes' ``get_property`` gives access, reset values and side effects."""
    compiler = RDLCompiler()
    compiler.compile_file(str(FOLDER / parameters.source))
    given = {name.upper(): value for name, value in vars(parameters).items()}
    return compiler.elaborate(parameters.top, parameters=given).top


def registers(top: AddrmapNode) -> Iterator[RegNode]:
    """Every register, those of an array one by one, by address."""
    yield from top.registers(unroll=True)


def register_name(register: RegNode) -> str:
    """``potential_3`` for ``POTENTIAL[3]``."""
    return register.get_path_segment(array_suffix="_{index:d}").lower()


def field_name(field: FieldNode) -> str:
    """``status_busy`` for ``STATUS.busy``; the stem of the names of its ports in the RTL."""
    return f"{register_name(field.parent)}_{field.inst_name}"


def number(register: RegNode) -> int:
    """What goes over the bus as its address."""
    return register.address_offset // 4


def is_port(register: RegNode) -> bool:
    """Whether a burst stays at it."""
    return bool(register.get_property("port"))


def register_at(top: AddrmapNode, name: str) -> RegNode:
    """The register of this name, as in the source: ``STATUS``."""
    found = top.find_by_path(name)
    assert isinstance(found, RegNode), name
    return found


def meanings(field: FieldNode) -> dict[str, int]:
    """What its values mean: numbers by name, as its ``encode`` has them."""
    return {member.name: member.value for member in field.get_property("encode") or ()}


def image_causes(top: AddrmapNode) -> dict[str, int]:
    """Why an image is refused: numbers by name, as in the register IMAGE."""
    return meanings(_field_at(top, "IMAGE.cause"))


def beat_classes(top: AddrmapNode) -> dict[str, int]:
    """The classes of beats: numbers by name, as in the register EVENT of the monitor chip."""
    return meanings(_field_at(top, "EVENT.klass"))


def _field_at(top: AddrmapNode, path: str) -> FieldNode:
    found = top.find_by_path(path)
    assert isinstance(found, FieldNode), path
    return found
