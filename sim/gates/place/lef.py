"""Sizes of cells and places of their pins: from LEF, or without it from the areas in Liberty. Lengths in nanometres."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.library.liberty import Library

SUPPLIES = ("POWER", "GROUND")
ENDINGS = (".lef", ".tlef", ".lef.gz", ".tlef.gz")
STATEMENT = re.compile(r"#[^\n]*|\"[^\"]*\"|;|[^\s;]+")


@dataclass(frozen=True)
class Macro:
    """A cell. width: in nm. pins: the middle of each signal pin, (x, y) in nm from the lower left corner."""

    width: int
    pins: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Cells:
    """site, row: width of a site and height of a row, in nm. site_name: of rows in DEF. source: where it is from."""

    site: int
    row: int
    site_name: str
    macros: dict[str, Macro]
    source: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()


def cells(library: Library, root: Path, files: Sequence[Path] = ()) -> Cells:
    """Of the LEF files named, else of those below ``lef/`` of the data root, else by `from_areas`."""
    folder = root / "lef" / library.pdk.lef
    found = [path for path in sorted(folder.iterdir()) if path.name.endswith(ENDINGS)] if folder.is_dir() else []
    used = list(files) or (found if library.pdk.lef else [])
    return read(used) if used else from_areas(library)


def from_areas(library: Library) -> Cells:
    """Every cell as wide as its area says, in whole sites, its pins in its middle."""
    site, row = (round(1000 * size) for size in library.pdk.site)
    middles = {}
    for cell in library.cells.values():
        width = max(round(cell.area * 1e6 / row / site), 1) * site
        middles[cell.name] = Macro(width, dict.fromkeys(cell.pins, (width // 2, row // 2)))
    return Cells(site, row, "unit", middles, "areas of Liberty cells, pins in the middle of cells")


def read(files: Sequence[Path]) -> Cells:
    """What is in LEF files taken together: the site that most cells stand on, and the cells of its height.

    Raises InputError for a file that is not there, or where no site or no cells are.
    """
    sites: dict[str, tuple[int, int]] = {}
    found: dict[str, tuple[str, tuple[int, int], Macro]] = {}
    for path in files:
        statements = _statements(path)
        try:
            for words in statements:
                if words[0] == "SITE" and len(words) == 2:
                    sites |= _site(words[1], statements)
                elif words[0] == "MACRO":
                    found[words[1]] = _macro(words[1], statements, path)
        except (ValueError, IndexError):
            raise InputError(f"{path}: no LEF at '{' '.join(words)}' or below") from None
    names = ", ".join(path.name for path in files)
    standing = [site for site, _, _ in found.values() if site in sites]
    if not standing:
        raise InputError(
            f"{names}: no cell that stands on a site that these files define: --lef takes technology and cells"
        )
    name = max(sorted(set(standing)), key=standing.count)
    site, row = sites[name]
    macros = {cell: macro for cell, (_, size, macro) in found.items() if size[1] == row and macro.width % site == 0}
    return Cells(site, row, name, macros, f"LEF: {names}")


def _statements(path: Path) -> Iterator[list[str]]:
    """Words of each statement; a line that opens or ends a block is one, too."""
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise InputError(f"{path}: not a LEF file that can be read: {error}") from None
    for line in text.splitlines():
        words: list[str] = []
        for word in STATEMENT.findall(line):
            if word == ";" or word.startswith("#"):
                if words:
                    yield words
                words = []
            else:
                words.append(word)
        if words:
            yield words


def _site(name: str, statements: Iterator[list[str]]) -> dict[str, tuple[int, int]]:
    for words in statements:
        if words[0] == "SIZE":
            return {name: (_nanometres(words[1]), _nanometres(words[3]))}
        if words[0] == "END":
            break
    return {}


def _macro(name: str, statements: Iterator[list[str]], path: Path) -> tuple[str, tuple[int, int], Macro]:
    """Its site, its size, and what is kept of it."""
    site, size = "", (0, 0)
    shapes: dict[str, list[tuple[int, ...]]] = {}
    pin, signal = "", True
    for words in statements:
        match words:
            case ["SITE", site]:
                pass
            case ["SIZE", width, "BY", height]:
                size = _nanometres(width), _nanometres(height)
            case ["PIN", pin]:
                shapes[pin], signal = [], True
            case ["USE", use] if pin:
                signal = use not in SUPPLIES
                if not signal:
                    shapes.pop(pin, None)
            case ["RECT", *sides] if pin and signal:
                shapes[pin].append(tuple(map(_nanometres, sides)))
            case ["END", end] if end == pin:
                pin = ""
            case ["END", end] if end == name:
                return site, size, Macro(size[0], {pin: _middle(rects) for pin, rects in shapes.items() if rects})
    raise InputError(f"{path}: macro {name} has no end: the file is cut off")


def _nanometres(micrometres: str) -> int:
    return round(1000 * float(micrometres))


def _middle(rects: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    """Of the largest rectangle."""
    x0, y0, x1, y1 = max(rects, key=lambda r: (r[2] - r[0]) * (r[3] - r[1]))
    return (x0 + x1) // 2, (y0 + y1) // 2
