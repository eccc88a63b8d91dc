"""SRAM macros of IHP's SG13G2, from their Liberty files: size, area, leakage and energy of an access."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sparrow_ecg.model.errors import InputError
from sparrow_ecg.sim.gates.library import liberty
from sparrow_ecg.sim.gates.library.liberty import Cell
from sparrow_ecg.sim.gates.library.pdks import ORFS

FOLDER = "ihp-sg13g2-sram"
FILES = "RM_IHPSG13_1P_*_typ_1p20V_25C.lib*"
SOURCE = f"{ORFS}/ihp-sg13g2/lib"
CLOCK, ENABLE, WRITE, READ = "A_CLK", "A_MEN", "A_WEN", "A_REN"


@dataclass(frozen=True)
class Macro:
    """A single-port memory of ``words`` of ``bits``.

    area_um2, leakage_nw: of the macro.
    read_pj, write_pj:    of a clock cycle with such an access, whatever the address and the data.
    idle_pj:              of a clock cycle without one.
    """

    name: str
    words: int
    bits: int
    area_um2: float
    leakage_nw: float
    read_pj: float
    write_pj: float
    idle_pj: float


def load(root: Path) -> tuple[Macro, ...]:
    """The macros below ``liberty/`` in the data root. Raises InputError when there are none, or one is damaged."""
    folder = root / "liberty" / FOLDER
    paths = sorted(folder.glob(FILES))
    if not paths:
        raise InputError(f"no SRAM macros {FILES} in {folder}: they come from {SOURCE}, put them there as .lib.gz")
    return tuple(_macro(path) for path in paths)


def _macro(path: Path) -> Macro:
    _, cells, plain = liberty.read(path)
    try:
        (cell,) = cells.values()
        text = plain.read_text()
        words, bits = 1 << _number("address_width", text), _number("word_width", text)
        read, write, idle = (
            _energy(cell, access) for access in ((True, False, True), (True, True, False), (False, False, False))
        )
    except ValueError as error:
        raise InputError(f"{path} is not a memory that we can read ({error}): get it again from {SOURCE}") from None
    return Macro(cell.name, words, bits, cell.area, cell.leakage, read, write, idle)


def _number(key: str, text: str) -> int:
    found = re.search(rf"\b{key}\s*:\s*(\d+)", text)
    if not found:
        raise ValueError(f"no {key}")
    return int(found[1])


def _energy(cell: Cell, access: tuple[bool, bool, bool]) -> float:
    """pJ of a clock cycle, both edges, with these values of the enables of port, write and read."""
    wanted = {("" if on else "!") + pin for pin, on in zip((ENABLE, WRITE, READ), access, strict=True)}
    for power in cell.pins[CLOCK].powers if CLOCK in cell.pins else ():
        if power.when and {literal.strip() for literal in power.when.split("&")} == wanted:
            return sum(edge.values[0][0] for edge in (power.rise, power.fall) if edge) * 1e-3
    raise ValueError(f"no energy for {' & '.join(sorted(wanted))}")
