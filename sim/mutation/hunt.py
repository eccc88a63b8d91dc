"""Mutants of everything that is generated: who is caught by what is played, who cannot be, and who survives."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.mutation import netlist, proof, relations, twins
from sparrow_ecg.sim.mutation.designs import Design
from sparrow_ecg.sim.mutation.kept import Kept
from sparrow_ecg.sim.mutation.lanes import LANES, Lanes, Rows
from sparrow_ecg.sim.mutation.pins import Pins

SEED = 1
FOLDER = Path(__file__).parent
NOTHING = ("designs.py", "reasons.py", "upsets.py", "second.py", "second.cpp")  # have no part in it
NEEDED = re.compile(r"sparrow_ecg\.sim\.(mutation\.sessions|rtl\.benches)(?:\.(\w+))? import (\w+)")
CAUGHT, EQUAL, SURVIVED = "caught", "proven equal", "survived"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Mutant:
    """A change that Yosys made: a bit of a port of a cell, inverted, stuck, or mixed with another.

    cell, port: where; wire, source: what it drives and where that is written, if there is a name. row: in which it was
    caught, of the session of that number.
    """

    number: int
    mode: str
    cell: str
    port: str
    wire: str
    source: str
    outcome: str = SURVIVED
    session: int = -1
    row: int = -1

    @property
    def where(self) -> str:
        drives = f" drives {self.wire}" if self.wire else ""
        return f"{self.mode} {self.cell} {self.port}{drives} | {self.source}"

    @property
    def line(self) -> str:
        return f"{self.number:4} {self.outcome:12} {self.where}"


def parsed(number: int, command: str) -> Mutant:
    """Of a line of Yosys' list."""
    options = dict(re.findall(r" -(mode|cell|port|portbit|wire|wirebit) (\S+)", command))
    sources = [path.partition("sparrow_ecg/")[2] for path in re.findall(r"-src (\S+)", command)]
    own = [path for path in sources if path.startswith("hw/")]
    wire = f"{options['wire']}[{options['wirebit']}]" if "wire" in options else ""
    port = f"{options['port']}[{options['portbit']}]"
    return Mutant(number, options["mode"], options["cell"].replace("$flatten", ""), port, wire, ", ".join(own))


def hunt(
    design: Design, mutants: int, progress: Progress = lambda what, done, total: None, prove: bool = True
) -> list[Mutant]:
    """All mutants of a design, sampled by Yosys with seed `SEED`. A design that was hunted before is taken from the
    cache, so that what was stopped goes on with the design that it was at. prove: what is not caught, as far as that is
    possible.

    Raises what a session raises when the design as it is does not pass it.
    """
    build = design.make()
    watched = design.watched(build)
    flat, commands = netlist.elaborated(build, mutants, SEED, watched)
    sources = [path.read_text() for path in sorted(FOLDER.glob("*.[cp]*")) if path.name not in NOTHING]
    sources += _sessions(FOLDER / "sessions" / f"{design.play.__module__.rpartition('.')[2]}.py").values()

    def make(folder: Path) -> None:
        circuit = netlist.mapped(flat, build.top, commands, watched)
        found = [parsed(k, command) for k, command in enumerate(commands)]
        found = _hunt(design, circuit, found, progress, prove)
        (folder / "mutants.json").write_text(json.dumps([asdict(mutant) for mutant in found]))

    told = [str(prove), str(design.scales), json.dumps(design.guards), str(design.together), str(design.focus)]
    key = [flat, *commands, *told, *sources]
    return [Mutant(**each) for each in json.loads((cached("hunted", key, make) / "mutants.json").read_text())]


def _sessions(path: Path) -> dict[Path, str]:
    """The source of a module of sessions, and of those of sessions and benches that it needs, by where they are."""
    found, left = {}, [path]
    while left:
        path = left.pop()
        found[path] = path.read_text()
        for folder, module, name in NEEDED.findall(found[path]):
            needed = FOLDER.parent / folder.replace(".", "/") / f"{module or name}.py"
            left += [needed] if needed not in found else []
    return found


def _hunt(
    design: Design, circuit: netlist.Netlist, found: list[Mutant], progress: Progress, prove: bool
) -> list[Mutant]:
    with Lanes(circuit) as lanes:
        sessions = []
        for session, scale in enumerate(design.scales):
            left = [k for k, mutant in enumerate(found) if mutant.outcome == SURVIVED]
            progress(f"session {session + 1}", len(found) - len(left), len(found))
            sessions.append(recorded(lanes, design, scale))
            for mutant, row in _played(lanes, sessions[-1], left):
                found[mutant] = replace(found[mutant], outcome=CAUGHT, session=session, row=row)
        left = [k for k, mutant in enumerate(found) if mutant.outcome == SURVIVED]
        if not (prove and left):
            return found
        known = Known(circuit, lanes, sessions[0], design)
        for done, mutant in enumerate(left):
            progress("proofs", done, len(left))
            if known.equal(mutant):
                found[mutant] = replace(found[mutant], outcome=EQUAL)
    return found


class Known:
    """What is proven of mutants, each way tried in turn. It is kept one by one: a hunt that was stopped goes on, and
    one with other sessions tries no proof again.
    """

    def __init__(self, circuit: netlist.Netlist, lanes: Lanes, rows: Rows, design: Design):
        self.circuit, self.lanes, self.rows, self.design = circuit, lanes, rows, design
        self.twins = twins.Twins(circuit, design.guards)
        sources = [Path(module.__file__ or "").read_text() for module in (proof, relations, twins)]
        self.key = [str(design.together), *sources]

    @cached_property
    def prover(self) -> Kept:
        return Kept(self.circuit, self.lanes, self.rows, self.design.guards, self.design.together)

    @cached_property
    def related(self) -> relations.Relations:
        return relations.Relations(self.prover)

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""

        def unasked() -> bool:
            return self.twins.equal(mutant) or self.prover.equal(mutant) or self.related.equal(mutant)

        def focused() -> bool:
            return relations.Relations(self.prover.focused(focus)).equal(mutant)

        graph, focus = self.twins.aiger(mutant), self.design.focus.get(mutant, ())
        return self._found(unasked, graph) or (bool(focus) and self._found(focused, graph, *focus))

    def _found(self, equal: Callable[[], bool], *key: str | bytes) -> bool:
        def make(folder: Path) -> None:
            (folder / "equal.json").write_text(json.dumps(equal()))

        folder = cached("equal", [*self.key, *key], make)
        return bool(json.loads((folder / "equal.json").read_text()))


def recorded(lanes: Lanes, design: Design, scale: int) -> Rows:
    """A session with the design as it is, held against its golden model."""
    lanes.mutate([])
    pins = Pins(lanes)
    design.play(pins, design.make(), scale)
    return pins.rows


def _played(lanes: Lanes, rows: Rows, mutants: list[int]) -> Iterator[tuple[int, int]]:
    """Those that are caught, and the row."""
    for start in range(0, len(mutants), LANES):
        some = mutants[start : start + LANES]
        lanes.power_on()
        lanes.mutate(some)
        first, _ = lanes.replay(rows, wanted=len(some))
        yield from ((mutant, int(row)) for mutant, row in zip(some, first, strict=False) if row >= 0)


def summary(found: list[Mutant], reasons: Mapping[int, str] | None = None) -> dict[str, Any]:
    """JSON-ready: how many, and those that survived, with their reasons if they have one. What is argued to be out of
    reach survives, too.
    """
    count = {outcome: sum(mutant.outcome == outcome for mutant in found) for outcome in (CAUGHT, EQUAL, SURVIVED)}
    reasons = reasons or {}
    survivors = [asdict(mutant) for mutant in found if mutant.outcome == SURVIVED]
    return {
        "tried": len(found),
        "caught": count[CAUGHT],
        "proven_equal": count[EQUAL],
        "survive": count[SURVIVED],
        "argued": sum(each["number"] in reasons for each in survivors),
        "survivors": [
            {key: each[key] for key in ("number", "mode", "cell", "port", "wire", "source")}
            | {"reason": reasons.get(each["number"], "")}
            for each in survivors
        ],
    }
