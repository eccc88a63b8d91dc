"""Technology tables: picojoules of one operation, each number with its source."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import ArgsKwargs, PydanticCustomError

from sparrow_ecg.model.errors import InputError


@dataclass(frozen=True)
class Constant:
    """A number and where it comes from."""

    value: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    source: Annotated[str, Field(pattern=r"\S")]


def _divisor(constant: Constant) -> Constant:
    if constant.value == 0:
        raise PydanticCustomError("divisor", "Input should be above 0: it divides")
    return constant


def _whole(constant: Constant) -> Constant:
    if constant.value < 1 or constant.value % 1:
        raise PydanticCustomError("whole", "Input should be a whole number, at least 1")
    return constant


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

    name: Annotated[str, Field(min_length=1)]
    add: Constant
    compare: Constant
    subtract: Constant
    multiply: Constant
    sram: Constant
    dram: Constant
    sparse_hop: Constant
    dense_hop: Constant
    dram_reuse: Annotated[Constant, AfterValidator(_divisor)]
    neurons_per_core: Annotated[Constant, AfterValidator(_whole)]
    weight: Constant | None = None
    state: Constant | None = None
    cycle: Constant | None = None
    table: Constant | None = None

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
        file = TypeAdapter(_TechnologyFile).validate_json(path.read_bytes(), strict=True, extra="forbid")
        given = ArgsKwargs((file.name,), file.constants)
        return TypeAdapter(Technology).validate_python(given, extra="forbid")
    except ValidationError as error:
        raise InputError(f"technology {path}: {_first(error)}; mend the file") from None


@dataclass(frozen=True)
class _TechnologyFile:
    name: Annotated[str, Field(min_length=1)]
    constants: dict[str, Constant]


ADVICE = {  # by pydantic's type of error, where its own message is none for a user
    "missing": "is missing: add it",
    "unexpected_keyword_argument": "is not known: remove it",
    "multiple_argument_values": "is not known: remove it",
    "string_pattern_mismatch": "is empty: say where the number comes from",
}


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, in one line, and in which field."""
    first = error.errors()[0]
    path = [str(step) for step in first["loc"]]
    if error.title == Technology.__name__:
        path = ["constants", *path]
    value = first["input"]
    seen = f", not {value!r}" if isinstance(value, str | int | float) and first["type"] != "json_invalid" else ""
    return f"{'.'.join(path) or 'file'}: {ADVICE.get(first['type']) or first['msg'] + seen}"
