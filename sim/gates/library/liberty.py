"""Liberty files as a compact model of cells: what power, timing and simulation need, in one set of units.

Times are in ns, capacitances in fF, energies in fJ, leakage in nW, areas in the library's own unit (square
micrometres in all that are registered), whatever the file's units are.

The text is read by the package liberty-parser (4 s for SkyWater's 12.8 MB); what is kept of it is cached, beside a
plain copy of the text for tools that cannot read gzip.
"""

from __future__ import annotations

import gzip
import pickle
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.gates.library.pdks import Pdk

PLAIN, PARSED = "plain.lib", "parsed.pickle"  # files of an entry of the cache
LATEST, EARLIEST = (
    ("setup", "recovery"),
    ("hold", "removal"),
)  # what a pin may need of its clock, as kinds of arcs begin
CONSTRAINTS = LATEST + EARLIEST
SI = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0}


@dataclass(frozen=True)
class Table:
    """A table over input transition (ns) and output load (fF), with one value where it does not depend on one."""

    slews: tuple[float, ...]
    loads: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]

    def at(self, slew: float, load: float) -> float:
        """Between and beyond the points: linear in both."""
        i, x = _place(self.slews, slew)
        j, y = _place(self.loads, load)
        first = self.values[i][j] + y * (self.values[i][j + 1] - self.values[i][j]) if y else self.values[i][j]
        if not x:
            return first
        below = self.values[i + 1]
        second = below[j] + y * (below[j + 1] - below[j]) if y else below[j]
        return first + x * (second - first)

    def __add__(self, other: Table) -> Table:
        """The sum of two tables over the same points."""
        rows = zip(self.values, other.values, strict=True)
        return Table(self.slews, self.loads, tuple(tuple(a + b for a, b in zip(*row, strict=True)) for row in rows))


def _place(points: Sequence[float], value: float) -> tuple[int, float]:
    if len(points) < 2:
        return 0, 0.0
    i = min(max(bisect_right(points, value) - 1, 0), len(points) - 2)
    return i, (value - points[i]) / (points[i + 1] - points[i])


@dataclass(frozen=True)
class Arc:
    """From ``related`` to a pin: delays and transitions, or what the pin needs of it (setup, hold, recovery, removal).

    sense: positive_unate, negative_unate or non_unate.
    """

    related: str
    kind: str
    sense: str
    delay: dict[str, Table]  # "rise", "fall" of the pin
    transition: dict[str, Table]


@dataclass(frozen=True)
class Power:
    """Energy of the cell itself when a pin rises or falls; of an output, because of ``related``; under ``when``."""

    related: str | None
    when: str | None
    rise: Table | None
    fall: Table | None


@dataclass(frozen=True)
class Pin:
    """most_load (fF), most_transition (ns), most_sinks: what the library allows, infinite where it says nothing.

    sinks: how many the pin counts for, of its driver's ``most_sinks``.
    """

    name: str
    direction: str
    capacitance: float
    clock: bool
    function: str | None
    arcs: tuple[Arc, ...]
    powers: tuple[Power, ...]
    most_load: float = inf
    most_transition: float = inf
    most_sinks: float = inf
    sinks: float = 1.0


@dataclass(frozen=True)
class Register:
    """A flip-flop (``clock`` is its edge, ``data`` its next state) or a latch (``clock`` is its enable).

    states: the names under which functions of output pins know the state and its inverse.
    """

    kind: str
    states: tuple[str, ...]
    clock: str
    data: str
    clear: str | None
    preset: str | None


@dataclass(frozen=True)
class Cell:
    name: str
    area: float
    leakage: float  # average
    leakages: tuple[tuple[str, float], ...]  # by state
    pins: dict[str, Pin]
    register: Register | None
    gate: tuple[str, str, str] | None  # a clock gate's enable (a function), clock and output

    @property
    def inputs(self) -> list[Pin]:
        return [pin for pin in self.pins.values() if pin.direction == "input"]

    @property
    def outputs(self) -> list[Pin]:
        return [pin for pin in self.pins.values() if pin.direction == "output"]

    @property
    def sequential(self) -> bool:
        return self.register is not None or self.gate is not None


@dataclass(frozen=True)
class Library:
    """The cells of a PDK at a corner. paths: plain Liberty text, for other tools."""

    pdk: Pdk
    corner: str
    voltage: float
    cells: dict[str, Cell]
    paths: tuple[Path, ...] = field(compare=False)


def load(pdk: Pdk, root: Path, corner: str | None = None) -> Library:
    """Read (or take from the cache) a PDK's files. Raises InputError for one that is missing or damaged."""
    corner, files = pdk.files(root, corner)
    parts = [read(path) for path in files]
    cells = {name: cell for _, found, _ in parts for name, cell in found.items()}
    return Library(pdk, corner, parts[0][0], cells, tuple(path for *_, path in parts))


def read(path: Path) -> tuple[float, dict[str, Cell], Path]:
    """Voltage, cells, and where the plain text lies. Raises InputError for a file that is damaged."""
    raw = path.read_bytes()

    def make(folder: Path) -> None:
        try:
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
            read = parse(text)
        except (EOFError, OSError, zlib.error, UnicodeDecodeError, ValueError, AssertionError, TypeError) as error:
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise InputError(f"{path} is not a whole Liberty file ({reason}): get it again") from None
        (folder / PLAIN).write_text(text)
        (folder / PARSED).write_bytes(pickle.dumps(read))

    folder = cached("liberty", [raw, Path(__file__).read_bytes()], make)
    voltage, cells = pickle.loads((folder / PARSED).read_bytes())
    return voltage, cells, folder / PLAIN


def parse(text: str) -> tuple[float, dict[str, Cell]]:
    """Voltage, and cells by name. Raises ValueError where the text is not that of a Liberty library."""
    try:
        from liberty.parser import ExceptionWithLineNum, parse_liberty
    except ImportError:
        raise InputError(missing("liberty")) from None
    try:
        library = parse_liberty(text)
    except (ExceptionWithLineNum, IndexError, RuntimeError) as error:
        raise ValueError(str(error)) from None
    groups = [group for group in library.groups if group.group_name == "cell"]
    if not groups:
        raise ValueError("it has no cells")
    reader = _Reader(library)
    return reader.voltage, {cell.name: cell for cell in map(reader.cell, groups)}


def dont_use(name: str, pdk: Pdk) -> bool:
    return any(fnmatch(name, pattern) for pattern in pdk.dont_use)


class _Reader:
    """Takes what we need out of the parser's groups."""

    def __init__(self, library: Any):
        time, power = (_unit(_plain(library[name])) for name in ("time_unit", "leakage_power_unit"))
        size, unit = library["capacitive_load_unit"]
        capacitance = float(size) * SI[_plain(unit)[0].lower()]
        self.time, self.power, self.capacitance = time * 1e9, power * 1e9, capacitance * 1e15
        self.energy = capacitance * _unit(_plain(library["voltage_unit"])) ** 2 * 1e15
        self.voltage = float(library["nom_voltage"])
        self.library = library
        self.default_input = float(library.get("default_input_pin_cap", 0))
        self.templates = {
            _plain(group.args[0]): group
            for group in library.groups
            if group.group_name in ("lu_table_template", "power_lut_template")
        }

    def cell(self, group: Any) -> Cell:
        name = _plain(group.args[0])
        pins = {pin.name: pin for g in group.get_groups("pin") for pin in self._pin(g)}
        average, leakages = self._leakage(group)
        return Cell(
            name=name,
            area=float(group.get("area", 0)),
            leakage=average,
            leakages=leakages,
            pins=pins,
            register=_register(group),
            gate=_clock_gate(group) if group.get("clock_gating_integrated_cell") is not None else None,
        )

    def _leakage(self, group: Any) -> tuple[float, tuple[tuple[str, float], ...]]:
        """Values of several supply pins add up, those without ``when`` are the average."""
        states: dict[str | None, float] = {}
        for entry in group.get_groups("leakage_power"):
            when = entry.get("when")
            key = _plain(when) if when is not None else None
            states[key] = states.get(key, 0) + float(entry["value"]) * self.power
        by_state = tuple((when, value) for when, value in states.items() if when is not None)
        average = group.get("cell_leakage_power")
        if average is not None:
            return float(average) * self.power, by_state
        mean = float(np.mean([value for _, value in by_state])) if by_state else 0.0
        return states.get(None, mean), by_state

    def _pin(self, group: Any) -> Iterable[Pin]:
        direction = _plain(group.get("direction", "internal"))
        function = group.get("function")
        function = group.get("state_function") if function is None else function
        for name in group.args:
            yield Pin(
                name=_plain(name),
                direction=direction,
                capacitance=float(group.get("capacitance", self.default_input if direction == "input" else 0))
                * self.capacitance,
                clock=_true(group.get("clock")) or _true(group.get("clock_gate_clock_pin")),
                function=_plain(function) if function is not None else None,
                arcs=tuple(arc for g in group.get_groups("timing") for arc in self._arcs(g)),
                powers=self._powers(group),
                most_load=self._limit(group, "max_capacitance") * self.capacitance,
                most_transition=self._limit(group, "max_transition") * self.time,
                most_sinks=self._limit(group, "max_fanout"),
                sinks=float(_plain(group.get("fanout_load", self.library.get("default_fanout_load", 1)))),
            )

    def _limit(self, group: Any, name: str) -> float:
        """A default is the library's, of output pins alone but for transitions."""
        default = self.library.get(f"default_{name}")
        if default is None or (name != "max_transition" and _plain(group.get("direction", "")) != "output"):
            default = inf
        return float(_plain(group.get(name, default)))  # SRAM macros have it in quotes

    def _arcs(self, group: Any) -> Iterable[Arc]:
        kind = _plain(group.get("timing_type", "combinational"))
        if kind.startswith(("min_", "non_seq", "three_state", "minimum")):
            return
        tables = {g.group_name: self._table(g, self.time) for g in group.groups}
        if kind.startswith(CONSTRAINTS):
            delay = {e: tables[f"{e}_constraint"] for e in ("rise", "fall") if f"{e}_constraint" in tables}
            transition = {}
        else:
            delay = {edge: tables[f"cell_{edge}"] for edge in ("rise", "fall") if f"cell_{edge}" in tables}
            transition = {edge: tables[f"{edge}_transition"] for edge in delay if f"{edge}_transition" in tables}
        for related in _plain(group["related_pin"]).split():
            yield Arc(related, kind, _plain(group.get("timing_sense", "non_unate")), delay, transition)

    def _powers(self, group: Any) -> tuple[Power, ...]:
        """Tables of several supply pins add up."""
        found: dict[tuple, Power] = {}
        for entry in group.get_groups("internal_power"):
            tables = {g.group_name: self._table(g, self.energy) for g in entry.groups}
            both = tables.get("power")
            rise, fall = (tables.get(f"{edge}_power", both) for edge in ("rise", "fall"))
            when = _plain(entry["when"]) if entry.get("when") is not None else None
            related = entry.get("related_pin")
            for pin in _plain(related).split() if related is not None else [None]:
                old = found.get((pin, when))
                new = Power(pin, when, rise, fall)
                found[pin, when] = Power(pin, when, _sum(old.rise, rise), _sum(old.fall, fall)) if old else new
        return tuple(found.values())

    def _table(self, group: Any, unit: float) -> Table:
        """Rows over transition, columns over load, whichever way round the template has them."""
        template = self.templates.get(_plain(group.args[0])) if group.args else None
        axes: list[tuple[str, list[float]]] = []
        for k in (1, 2):
            variable = template.get(f"variable_{k}") if template else None
            points = group.get(f"index_{k}")
            points = template.get(f"index_{k}") if points is None and template else points
            if variable is not None and points is not None:
                axes.append((_plain(variable), _numbers(points)))
        values = np.array([_numbers([row]) for row in group["values"]]) * unit
        if not axes:
            return Table((0.0,), (0.0,), ((float(values.ravel()[0]),),))
        values = values.reshape([len(points) for _, points in axes])
        if axes[0][0].startswith("total_output") or axes[0][0] == "constrained_pin_transition":
            values, axes = values.T, axes[::-1]
            if values.ndim == 1:
                axes, values = [("", [0.0]), *axes], values[None, :]
        if values.ndim == 1:
            axes, values = [*axes, ("", [0.0])], values[:, None]
        second = self.time if "transition" in axes[1][0] else self.capacitance
        return Table(
            tuple(point * self.time for point in axes[0][1]),
            tuple(point * second for point in axes[1][1]),
            tuple(tuple(map(float, row)) for row in values),
        )


def _sum(first: Table | None, second: Table | None) -> Table | None:
    return first + second if first and second else first or second


def _register(group: Any) -> Register | None:
    for kind, clock, data in (("ff", "clocked_on", "next_state"), ("latch", "enable", "data_in")):
        for found in group.get_groups(kind):
            if found.get(clock) is None or found.get(data) is None:
                return None

            def text(key: str, found: Any = found) -> str | None:
                return _plain(found[key]) if found.get(key) is not None else None

            states = tuple(map(_plain, found.args))
            return Register(kind, states, text(clock) or "", text(data) or "", text("clear"), text("preset"))
    return None


def _clock_gate(group: Any) -> tuple[str, str, str]:
    """Enable (and test) pins, clock and output of a clock gate with a latch and a rising clock."""
    roles: dict[str, list[str]] = {}
    for pin in group.get_groups("pin"):
        for role in ("clock", "enable", "test", "out"):
            if _true(pin.get(f"clock_gate_{role}_pin")):
                roles.setdefault(role, []).append(_plain(pin.args[0]))
    if "clock" not in roles:  # some files only mark the pin as a clock
        roles["clock"] = [_plain(p.args[0]) for p in group.get_groups("pin") if _true(p.get("clock"))]
    if "out" not in roles:
        outputs = (pin for pin in group.get_groups("pin") if _plain(pin.get("direction", "")) == "output")
        roles["out"] = [_plain(pin.args[0]) for pin in outputs]
    enable = " | ".join(roles.get("enable", []) + roles.get("test", []))
    return enable, roles["clock"][0], roles["out"][0]


def _plain(value: Any) -> str:
    return str(getattr(value, "value", value)).strip().strip('"')


def _true(value: Any) -> bool:
    return value is not None and _plain(value).lower() == "true"


def _numbers(values: Any) -> list[float]:
    values = values if isinstance(values, list) else [values]
    return [float(number) for value in values for number in re.split(r"[\s,\\]+", _plain(value)) if number]


def _unit(text: str) -> float:
    """``1ns`` as 1e-9, ``1kohm`` is never asked for."""
    found = re.fullmatch(r"([\d.]+)\s*([fpnum]?)[sWwVv]", text)
    if not found:
        raise ValueError(f"unit {text!r}")
    return float(found[1]) * SI[found[2]]
