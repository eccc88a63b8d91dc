"""Technology tables: picojoules of one operation, each number with its source."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sparrow_ecg.model.errors import InputError


@dataclass(frozen=True)
class Constant:
    """A number and where it comes from."""

    value: float
    source: str

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise InputError(f"value {self.value!r} is not a number")
        if not math.isfinite(self.value) or self.value < 0:
            raise InputError(f"value {self.value} is not finite and at least 0")
        if not isinstance(self.source, str) or not self.source.strip():
            raise InputError("source is missing: say where the number comes from")


@dataclass(frozen=True)
class Technology:
    """Energies in pJ for 8-bit words; a word of w bits costs w/8 of that, a product of w x v bits (w/8)(v/8).

    add, compare, subtract: one operation on an 8-bit word.
    multiply:         an 8 x 8 bit product.
    sram, dram:       one access to an 8-bit word.
    sparse_hop:       8 bits over one hop of a network on chip, addressed (events and spikes).
    dense_hop:        8 bits over one hop between neighbours of a spatial array.
    dram_reuse:       dense synaptic operations served by one word fetched from DRAM; more than 0.
    neurons_per_core: neurons of one core of a many-core neuromorphic chip; a whole number, at least 1.

    A table may tell apart what published ones do not (`OPTIONAL`):
    weight, state: one access to an 8-bit word of weights or biases, or of IF's state; else ``sram``.
    cycle:         a clock cycle of the core, whatever it does: clock pins and control; else nothing.
    table:         what an event moves in 1,000 8-bit words of weights that lie in logic, where all of a table follows
                   the address and zeros are not built; else nothing.
    """

    name: str
    add: Constant
    compare: Constant
    subtract: Constant
    multiply: Constant
    sram: Constant
    dram: Constant
    sparse_hop: Constant
    dense_hop: Constant
    dram_reuse: Constant
    neurons_per_core: Constant
    weight: Constant | None = None
    state: Constant | None = None
    cycle: Constant | None = None
    table: Constant | None = None

    def __post_init__(self) -> None:
        if self.dram_reuse.value == 0:
            raise InputError("constant dram_reuse: 0, but it divides; give a number above 0")
        if self.neurons_per_core.value < 1 or self.neurons_per_core.value % 1:
            raise InputError(f"constant neurons_per_core: {self.neurons_per_core.value} is no whole number >= 1")

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, in the form that `load` reads."""
        given = {name: getattr(self, name) for name in (*CONSTANTS, *OPTIONAL)}
        return {"name": self.name, "constants": {name: asdict(c) for name, c in given.items() if c is not None}}

    def pj(self, name: str) -> float:
        """A constant's value; of one that the table does not have, what `Technology` says."""
        constant = getattr(self, name)
        if constant is None:
            return 0.0 if name in ("cycle", "table") else self.sram.value
        return constant.value


OPTIONAL = ("weight", "state", "cycle", "table")
CONSTANTS = tuple(field.name for field in fields(Technology) if field.name not in ("name", *OPTIONAL))

_V1 = "arXiv 2409.08290 v1, per 8-bit operation"
_V2 = "arXiv 2409.08290 v2 and later, 22 nm TT 0.80 V"
_REUSE = Constant(216, "arXiv 2409.08290 v1: the divisor of the DRAM term in its VGG16 closed form")
_CORE = Constant(256, "neurons of one TrueNorth core, Merolla et al., Science 345:668, 2014")

PAPER_V1 = Technology(
    name="paper-v1",
    add=Constant(0.03, _V1),
    compare=Constant(0.03, f"{_V1}: decoded from the spatial closed form, as ADD"),
    subtract=Constant(0.03, f"{_V1}: decoded from the spatial closed form, as ADD"),
    multiply=Constant(0.2, _V1),
    sram=Constant(20.0, _V1),
    dram=Constant(2000.0, _V1),
    sparse_hop=Constant(10.0, f"{_V1}: one hop of the NoC"),
    dense_hop=Constant(0.0, f"{_V1}: its spatial closed form has no term for movement between neighbours"),
    dram_reuse=_REUSE,
    neurons_per_core=_CORE,
)

PAPER_V2 = Technology(
    name="paper-v2-22nm",
    add=Constant(0.05448, f"{_V2}: ACC"),
    compare=Constant(0.05448, f"{_V2}: CMP"),
    subtract=Constant(0.05448, f"{_V2}: SUB"),
    multiply=Constant(0.05448 * 0.2 / 0.03, "derived here: ACC of v2 times MUL/ADD of v1; its own could not be read"),
    sram=Constant(10.0 / 8, "10 pJ per 64 bits of 8 KB at 45 nm, Horowitz, ISSCC 2014; not scaled to 22 nm"),
    dram=Constant(1300.0 / 8, f"{_V2}: 1300 pJ per 64 bits"),
    sparse_hop=Constant(3.0 * 8, f"{_V2}: sparse movement 3.0 pJ per bit and hop"),
    dense_hop=Constant(0.25 * 8, f"{_V2}: dense movement 0.25 pJ per bit and hop"),
    dram_reuse=_REUSE,
    neurons_per_core=_CORE,
)

TECHNOLOGIES = {technology.name: technology for technology in (PAPER_V1, PAPER_V2)}


def load(source: str) -> Technology:
    """A technology by name, or from the user's JSON file.

    The file is ``{"name": text, "constants": {each of CONSTANTS: {"value": number, "source": text}}}``, with any of
    `OPTIONAL` among the constants.
    Raises InputError, one line that names the file and the field.
    """
    if source in TECHNOLOGIES:
        return TECHNOLOGIES[source]
    path = Path(source)
    if not path.is_file():
        names = ", ".join(TECHNOLOGIES)
        raise InputError(f"no technology '{source}': give {names}, or the path of a JSON table")
    try:
        return _from_json(json.loads(path.read_text()))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"technology {path}: not JSON ({error}); mend the file") from None
    except InputError as error:
        raise InputError(f"technology {path}: {error}") from None


def _from_json(table: Any) -> Technology:
    _keys("file", table, ("name", "constants"))
    if not isinstance(table["name"], str) or not table["name"]:
        raise InputError("name is not a text; name the table")
    _keys("constants", table["constants"], CONSTANTS, OPTIONAL)
    constants = {}
    for name, entry in table["constants"].items():
        _keys(f"constant {name}", entry, ("value", "source"))
        try:
            constants[name] = Constant(**entry)
        except InputError as error:
            raise InputError(f"constant {name}: {error}") from None
    return Technology(name=table["name"], **constants)


def _keys(where: str, entry: Any, expected: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    if not isinstance(entry, dict):
        raise InputError(f"{where}: not an object with {', '.join(expected)}")
    missing = [key for key in expected if key not in entry]
    unknown = [key for key in entry if key not in (*expected, *optional)]
    advice = [f"{verb} {', '.join(keys)}" for verb, keys in (("add", missing), ("remove", unknown)) if keys]
    if advice:
        raise InputError(f"{where}: {'; '.join(advice)}")
