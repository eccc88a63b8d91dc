"""What the drivers' headers declare, read from them: for calling the drivers from Python."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "c"
INTEGERS: dict[str, Any] = {
    f"{name}_t": getattr(ctypes, f"c_{name}") for name in ("uint8", "uint16", "uint32", "int32")
}


class Declared:
    """Headers below ``c/``. types: of members of structs, by name in C, besides integers."""

    def __init__(self, *headers: str, **types: Any):
        self.text = re.sub(r"/\*.*?\*/", "", "".join((SOURCES / name).read_text() for name in headers), flags=re.S)
        self.defines = dict(re.findall(r"#define (\w+) (\d+)", self.text))
        self.types = INTEGERS | types

    def members(self, kind: str, name: str) -> str:
        """What is between the braces of an enum or struct."""
        found = re.search(rf"typedef {kind} {{([^}}]*)}} {name};", self.text)
        assert found, name
        return found[1]

    def fields(self, struct: str) -> list[tuple[str, Any]]:
        """As `ctypes.Structure` takes them."""
        return [
            (name, self.types[kind] * int(self.defines[size]) if size else self.types[kind])
            for kind, name, size in re.findall(r"(\w+) (\w+)(?:\[(\w+)\])?;", self.members("struct", struct))
        ]
