"""The part of docs/HOST.md that is generated: the tables of registers and fields, and of the image format."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from systemrdl.node import AddrmapNode, RegNode

from sparrow_ecg.hw.host.registers.map import image_causes, is_port, registers
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "HOST.md"
BEGIN, END = "<!-- generated from hw/host/registers/chip.rdl: begin -->", "<!-- generated: end -->"


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
    causes = ", ".join(f"{number} {name}" for name, number in image_causes(top).items())
    return "\n".join([*rows, "", f"`IMAGE.cause`: {causes}."])


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


def refresh(top: AddrmapNode, write: bool = True) -> bool:
    """Put the tables between their marks. Returns whether they were stale. Raises InputError outside a checkout."""
    if not DOCUMENT.is_file():
        raise InputError("no docs/HOST.md beside the package: run this in a checkout")
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    fresh = f"{before}{BEGIN}\n\n{tables(top)}\n\n{END}{after}"
    if write and fresh != text:
        write_atomic(DOCUMENT, fresh)
    return fresh != text
