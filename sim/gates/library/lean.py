"""A library as mapping for least leakage is to see it: what a cell costs is what it leaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.gates.library.liberty import PLAIN, Cell, Library

# pW that a square micrometre costs besides, on sky130: a large cell takes more to charge, and mapping by leakage alone
# gains less between beats than it loses in them.
AREA = 0.3
CELL = re.compile(r"^\s*cell\s*\(\s*\"?(\w+)", re.MULTILINE)
SIZE = re.compile(r"^(\s*area\s*:\s*)[\d.eE+-]+", re.MULTILINE)


def lean(library: Library) -> Library:
    """The same library for mapping, in whose Liberty text the area of each cell is its cost, and whose PDK has the
    adder, the buffer and the inverters that leak least. What its cells say of themselves is as it was.
    """
    pdk = library.pdk
    paths = tuple(_costed(path, library.cells) for path in library.paths)
    return replace(library, pdk=replace(pdk, **pdk.lean), paths=paths)


def _costed(path: Path, cells: Mapping[str, Cell]) -> Path:
    def make(folder: Path) -> None:
        (folder / PLAIN).write_text(costed(path.read_text(), cells))

    return cached("lean", [path.parent.name, Path(__file__).read_text()], make) / PLAIN


def costed(text: str, cells: Mapping[str, Cell]) -> str:
    """Liberty text with the cost of each cell in place of its area, in pW: its average leakage, and `AREA`."""
    starts = [(match.start(), match[1]) for match in CELL.finditer(text)]
    pieces = [text[: starts[0][0]]]
    for (start, name), end in zip(starts, [*(start for start, _ in starts[1:]), len(text)], strict=True):
        cost = cells[name].leakage * 1e3 + AREA * cells[name].area
        pieces.append(SIZE.sub(rf"\g<1>{cost:.4f}", text[start:end], count=1))
    return "".join(pieces)
