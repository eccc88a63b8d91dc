"""The parts of the docs that are generated from register maps: the tables of registers and fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from systemrdl.node import AddrmapNode, RegNode

from sparrow_ecg.hw.host.registers.map import (
    MapParameters,
    MonitorParameters,
    compile_map,
    is_port,
    meanings,
    registers,
)
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic

DOCS = Path(__file__).resolve().parents[1] / "docs"
END = "<!-- generated: end -->"


@dataclass(frozen=True)
class Page:
    """A document, and the map whose tables are in it."""

    document: Path
    parameters: MapParameters | MonitorParameters

    @property
    def begin(self) -> str:
        return f"<!-- generated from hw/host/registers/{self.parameters.source}: begin -->"


PAGES = (Page(DOCS / "HOST.md", MapParameters()), Page(DOCS / "MONITOR-HOST.md", MonitorParameters()))


def tables(top: AddrmapNode) -> str:
    """A row for each field; registers of an array share theirs."""
    rows = ["| address | register | bits | field | access | reset | meaning |", "|---|---|---|---|---|---|---|"]
    for _, group in groupby(registers(top), key=lambda register: register.inst_name):
        same = list(group)
        first = same[0]
        name = first.inst_name + (f"[0..{len(same) - 1}]" if first.is_array else "")
        about = " ".join(filter(None, (first.get_property("name") + ".", first.get_property("desc"))))
        address = f"0x{first.address_offset:03x}" + (" +4k" if len(same) > 1 else "")
        rows.append(f"| {address} | **{name}** | | | {'port' if is_port(first) else ''} | | {_line(about)} |")
        rows += [_field(first, field) for field in sorted(first.fields(), key=lambda field: field.low)]
    return "\n".join([*rows, *_meanings(top)])


def _meanings(top: AddrmapNode) -> Iterator[str]:
    """What the values of fields mean, where they have names."""
    for register in registers(top):
        for field in register.fields():
            if named := meanings(field):
                values = ", ".join(f"{number} {name}" for name, number in named.items())
                yield from ("", f"`{register.inst_name}.{field.inst_name}`: {values}.")


def _field(register: RegNode, field) -> str:
    bits = str(field.low) if field.width == 1 else f"{field.high}:{field.low}"
    access = field.get_property("sw").name
    access += ", write 1 to clear" if field.get_property("onwrite") else ""
    access += ", pulse" if field.get_property("singlepulse") else ""
    reset = field.get_property("reset")
    shown = "" if reset is None else hex(reset) if isinstance(reset, int) and reset > 9 else str(reset)
    return f"| | | {bits} | {field.inst_name} | {access} | {shown} | {_line(field.get_property('desc') or '')} |"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def refresh(page: Page, write: bool = True) -> bool:
    """Put the tables between their marks. Returns whether they were stale. Raises InputError outside a checkout."""
    document = page.document
    if not document.is_file():
        raise InputError(f"no docs/{document.name} beside the package: run this in a checkout")
    text = document.read_text()
    before, rest = text.split(page.begin)
    _, after = rest.split(END)
    fresh = f"{before}{page.begin}\n\n{tables(compile_map(page.parameters))}\n\n{END}{after}"
    if write and fresh != text:
        write_atomic(document, fresh)
    return fresh != text
