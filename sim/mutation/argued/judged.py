"""Which of the mutants that are argued to be equivalent are: the proofs of `sim.mutation`, and that of `taint`.

All mutants of a core are put into one netlist, each behind an input of its own. What the sessions of `sim.mutation`
make differ is not equivalent, whatever is argued.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.mutation import netlist
from sparrow_ecg.sim.mutation.argued import taint
from sparrow_ecg.sim.mutation.designs import RESULT, Design
from sparrow_ecg.sim.mutation.hunt import Known, _played, recorded
from sparrow_ecg.sim.mutation.lanes import Lanes
from sparrow_ecg.sim.mutation.sessions import core
from sparrow_ecg.sim.rtl.mutants import Mutant
from sparrow_ecg.sim.tools import run_yosys

FLAT = "read_verilog core.v; hierarchy -top core; proc; flatten; memory_map; opt; opt_clean -purge; write_rtlil flat.il"
NOTHING = "mutate -mode none"  # to put in: they are there


def judged(
    build: Build, text: str, mutants: Sequence[Mutant], on_count: Callable[[int], None] = lambda done: None
) -> dict[int, bool | None]:
    """Of mutants of a build's Verilog, as `mutants.mutate` makes it, by number: True when nobody can tell them, False
    when a session does, None when neither is shown.
    """
    circuit = mapped(text, [mutant.number for mutant in mutants])
    design = Design(lambda: build, core.play, len(mutants), guards=RESULT)
    with Lanes(circuit) as lanes:
        rows = recorded(lanes, design, 1)
        caught = {k for k, _ in _played(lanes, rows, list(range(len(mutants))))}
        known = Known(circuit, lanes, rows, design)
        marks = taint.Taint(known.prover)
        found: dict[int, bool | None] = {}
        for k, mutant in enumerate(mutants):
            found[mutant.number] = False if k in caught else _equal(known, marks, k) or None
            on_count(k + 1)
    return found


def _equal(known: Known, marks: taint.Taint, mutant: int) -> bool:
    def make(folder: Path) -> None:
        equal = known.prover.equal(mutant) or marks.equal(mutant) or known.equal(mutant)
        (folder / "equal.json").write_text(json.dumps(equal))

    key: list[str | bytes] = [*known.key, Path(taint.__file__).read_text(), known.twins.aiger(mutant)]
    return bool(json.loads((cached("alike", key, make) / "equal.json").read_text()))


def mapped(text: str, numbers: Sequence[int]) -> netlist.Netlist:
    """A core's Verilog as gates, with these of its mutants, and no others."""
    chosen = _switched(text, numbers)

    def make(folder: Path) -> None:
        (folder / "core.v").write_text(chosen)
        run_yosys(FLAT, folder)

    folder = cached("switched", [version("pyosys"), FLAT, chosen], make)
    return netlist.mapped((folder / "flat.il").read_text(), "core", [NOTHING] * len(numbers))


def _switched(text: str, numbers: Sequence[int]) -> str:
    """Each mutant's condition becomes a port of the core, which all its parts get."""
    place = {number: k for k, number in enumerate(numbers)}
    name = re.findall(r"(?m)^module (core_\d+) ?\(", text)[0]
    ports = [netlist.SWITCH.format(k) for k in range(len(numbers))]

    def condition(found: re.Match[str]) -> str:
        return f"switches[{place[int(found[1])]}]" if int(found[1]) in place else "1'h0"

    def part(found: re.Match[str]) -> str:
        return f"module {found[1]}(switches, {found[2]});\n  input [{len(ports) - 1}:0] switches;\n"

    def whole(found: re.Match[str]) -> str:
        joined = ", ".join(ports)
        wires = f"  wire [{len(ports) - 1}:0] switches = {{{', '.join(ports[::-1])}}};\n"
        return f"module core({joined}, {found[1]});\n  input {joined};\n{wires}"

    text = re.sub(r"\(farm\.mutant == (\d+)\)", condition, text)
    text = re.sub(rf"(?m)^(  \\{name}\.\S+  \S+ +\()$", r"\1 .switches(switches),", text)
    text = re.sub(rf"(?ms)^module (\\{name}\.\S+ ?)\((.*?)\);\n", part, text)
    return re.sub(rf"(?ms)^module {name} ?\((.*?)\);\n", whole, text)
