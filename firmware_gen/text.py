"""Values of Python as C text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ROW = 16  # numbers in a line


def in_comment(text: str) -> str:
    """Text that cannot end or upset a C comment, whatever it is: all but plain characters as ``\\u002a``."""
    return re.sub(r"[^A-Za-z0-9 _.,+()-]", lambda found: f"\\u{ord(found[0]):04x}", text)


def c_string(text: str) -> str:
    """Text as a C string, in letters, digits and octal escapes, whatever it is."""
    shown = "".join(chr(byte) if byte < 128 and chr(byte).isalnum() else f"\\{byte:03o}" for byte in text.encode())
    return f'"{shown}"'


def narrowest(numbers: Iterable[int]) -> str:
    """The C type of the fewest bits that holds them all; at most 32."""
    low, high = min(numbers := [*numbers, 0]), max(numbers)
    for bits in (8, 16):
        if low >= 0 and high < 1 << bits:
            return f"uint{bits}_t"
        if -(1 << (bits - 1)) <= low and high < 1 << (bits - 1):
            return f"int{bits}_t"
    return "int32_t"


def array(kind: str, name: str, values: Sequence[int | Sequence[int]]) -> list[str]:
    """Lines of a constant table of numbers, or of structs, and an empty one."""
    shown = [str(value) if isinstance(value, int) else f"{{{', '.join(map(str, value))}}}" for value in values]
    rows = [f"    {', '.join(shown[k : k + ROW])}," for k in range(0, len(shown), ROW)]
    return [f"static const {kind} {name}[{len(shown)}] = {{", *rows, "};", ""]
