"""Which of the mutants that are argued to be equivalent are: the proofs of `sim.mutation`, and that of `taint`.

All mutants of a core are put into one netlist, each behind an input of its own. What the sessions of `sim.mutation`
make differ is not equivalent, whatever is argued.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.mutation import netlist, proof, relations, twins
from sparrow_ecg.sim.mutation.argued import taint
from sparrow_ecg.sim.mutation.designs import LISTS, RESULT, Design
from sparrow_ecg.sim.mutation.hunt import _played, recorded
from sparrow_ecg.sim.mutation.lanes import Lanes, Rows
from sparrow_ecg.sim.mutation.sessions import core
from sparrow_ecg.sim.rtl.mutants import Mutant
from sparrow_ecg.sim.tools import run_yosys

FLAT = (
    # address and data of a memory that is not written are anything: so they do not hang on what enables it
    "read_verilog core.v; hierarchy -top core; proc; opt_expr -mux_undef; flatten; memory_map; opt; opt_clean -purge;"
    " write_rtlil flat.il"
)
NOTHING = "mutate -mode none"  # to put in: they are there

# Registers that mean something together, where a core has all of them: what is taken of an image, what is at work in a
# serial core, and where `mac` is among its weights.
TOGETHER = (
    ("loader.section", "loader.address", "loader.byte"),
    *(("sequencer.fsm_state", "sequencer.layer", register) for register in ("sequencer.position", "sequencer.step")),
    ("sequencer.fsm_state", "sequencer.group", "load"),
    *LISTS,
    ("steps.$signal", "steps.high", "phase", "position"),
    ("steps.$signal", "steps.high", "begun"),
)


def judged(
    build: Build, text: str, mutants: Sequence[Mutant], on_count: Callable[[int], None] = lambda done: None
) -> dict[int, bool | None]:
    """Of mutants of a build's Verilog, as `mutants.mutate` makes it, by number: True when nobody can tell them, False
    when a session does, None when neither is shown.
    """
    circuit = mapped(text, [mutant.number for mutant in mutants])
    together = tuple(_together(flop.name.rpartition("[")[0] or flop.name for flop in circuit.flops))
    design = Design(lambda: build, core.play, len(mutants), guards=RESULT)
    with Lanes(circuit) as lanes:
        rows = recorded(lanes, design, 1)
        caught = {k for k, _ in _played(lanes, rows, list(range(len(mutants))))}
        known = _Known(circuit, lanes, rows, together)
        found: dict[int, bool | None] = {}
        for k, mutant in enumerate(mutants):
            found[mutant.number] = False if k in caught else known.equal(k) or None
            on_count(k + 1)
    return found


def _together(registers: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Those of `TOGETHER` that are all there, as they are called there: numbered, where there are more of a name."""
    called = {re.sub(r"\$\d+$", "", name): name for name in registers}
    yield from (tuple(called[name] for name in names) for names in TOGETHER if called.keys() >= set(names))


class _Known:
    """What is proven, each way tried in turn, and kept one by one."""

    def __init__(self, circuit: netlist.Netlist, lanes: Lanes, rows: Rows, together: Sequence[Sequence[str]]):
        self.prover = proof.Prover(circuit, lanes, rows, RESULT, together)
        self.marks = taint.Taint(self.prover, together)
        self.twins, self.relations = twins.Twins(circuit, RESULT), relations.Relations(self.prover)
        self.key = [
            str(together),
            *(Path(each.__file__ or "").read_text() for each in (proof, relations, twins, taint)),
        ]

    def equal(self, mutant: int) -> bool:
        """Whether nobody can tell this mutant; False when that is not so, or is not shown."""

        def make(folder: Path) -> None:
            equal = any(way.equal(mutant) for way in (self.prover, self.marks, self.twins, self.relations))
            (folder / "equal.json").write_text(json.dumps(equal))

        folder = cached("alike", [*self.key, self.twins.aiger(mutant)], make)
        return bool(json.loads((folder / "equal.json").read_text()))


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
