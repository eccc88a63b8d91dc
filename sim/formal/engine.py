"""A circuit with claims in it goes through Yosys to ABC, which proves them or gives the inputs that break them.

ABC's ``pdr`` proves for all time (property directed reachability); ``bmc3`` looks at so many cycles from power-on.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.sim.tools import BuildError, run_tool, run_yosys

Result = Literal["proven", "bounded", "refuted", "unknown", "reached", "unreached"]
DEEPEST = 400  # cycles in which a cover must be reached
LIMIT = 600  # seconds

READ = """read_rtlil design.il
hierarchy -top top
proc
# what has another clock moves between two edges of clk
clk2fflogic t:*ff w:clk %co1:+[CLK] %d
{only}
chformal -lower
{covers}
flatten
memory_map -formal
opt -full
techmap
opt -fast
dffunmap
setundef -undriven -anyseq
delete t:$scopeinfo
aigmap
write_rtlil model.il
write_aiger -I -B -zinit -no-startoffset -map model.aim model.aig
"""
# what is to be reached becomes a claim that it never is
COVER = r"module \$cover (A, EN); input A, EN; $assert _TECHMAP_REPLACE_ (.A(~A), .EN(EN)); endmodule"
PLAY = """read_rtlil model.il
sim -zinit -clock clk -map model.aim -r trace.aiw -vcd trace.vcd
"""


@dataclass(frozen=True)
class Verdict:
    """What came out. depth: cycles that were looked at, or that it took to break or to reach it; of what is proven
    for all time, the frames of the proof. wave: the waveform that shows it. where: the claims that break, by line.
    """

    result: Result
    seconds: float
    depth: int
    wave: Path | None = None
    where: str = ""


def prove(rtlil: str, folder: Path, depth: int | None = None, limit: int = LIMIT) -> Verdict:
    """Prove all claims of a harness; ``folder`` gets the waveform of what breaks one. depth: None is for all time."""
    started = time.monotonic()
    only = "delete t:$check r:FLAVOR=cover %i"
    _model(rtlil, folder, only, "")
    found = _ask(folder, depth, limit)
    if found.result == "refuted":
        found = _play(folder, found.depth)
    return replace(found, seconds=time.monotonic() - started)


def cover(rtlil: str, name: str, folder: Path, limit: int = LIMIT) -> Verdict:
    """Look for inputs that reach what a harness says can happen."""
    started = time.monotonic()
    (folder / "cover.v").write_text(COVER)
    chosen = name.replace(" ", "?")
    only = f"delete t:$check r:FLAVOR=assert %i\ndelete t:$check r:FLAVOR=cover %i r:FORMAT={chosen} %d"
    _model(rtlil, folder, only, "techmap -map cover.v")
    found = _ask(folder, DEEPEST, limit)
    found = replace(found, result="reached" if found.result == "refuted" else "unreached")
    return replace(found, seconds=time.monotonic() - started)


def covers(rtlil: str) -> list[str]:
    """Names of what a harness says can happen."""
    cells = re.findall(r"cell \$check.*?\n  end\n", rtlil, re.DOTALL)
    return [re.search(r'FORMAT "(.*?)"', cell)[1] for cell in cells if 'FLAVOR "cover"' in cell]  # type: ignore[index]


def abc(commands: str, folder: Path) -> str:
    """What ABC says to commands, run in a folder. Raises InputError without the package."""
    found = find_spec("pyosys")
    if not found or not found.submodule_search_locations:
        raise InputError(missing("pyosys"))
    return run_tool([Path(found.submodule_search_locations[0]) / "yosys-abc", "-c", commands], folder, name="ABC")


def _model(rtlil: str, folder: Path, only: str, covers: str) -> None:
    """``model.aig``, with an output for each claim; and what is needed to play its inputs."""
    (folder / "design.il").write_text(rtlil)
    run_yosys(READ.format(only=only, covers=covers), folder)


def _ask(folder: Path, depth: int | None, limit: int) -> Verdict:
    if depth is None:
        folded = "read_aiger model.aig; fold; strash; orpos; scorr; strash; print_stats"  # all claims as one
        said = abc(f"{folded}; pdr -T {limit}", folder)
        if "UNDECIDED" in said and re.search(r"lat =\s+0 ", said):  # scorr has left no register, and perhaps nothing
            said = abc(f"{folded}; iprove", folder)
        if "Property proved" in said or "UNSATISFIABLE" in said:
            frames = re.findall(r"Invariant F\[(\d+)\]", said)
            return Verdict("proven", 0, int(frames[0]) if frames else 1)
        if "was asserted" not in said and "SATISFIABLE" not in said:
            return Verdict("unknown", 0, 0)
        depth = DEEPEST
    said = abc(f"read_aiger model.aig; fold; strash; bmc3 -T {limit} -F {depth}; write_cex -a trace.aiw", folder)
    if "combinational" in said:
        said = abc("read_aiger model.aig; fold; strash; orpos; iprove; write_cex -a trace.aiw", folder)
        return Verdict("bounded" if "UNSATISFIABLE" in said else "refuted", 0, 1)
    if found := re.search(r"was asserted in frame (\d+)", said):
        return Verdict("refuted", 0, int(found[1]) + 1)
    if found := re.search(r"No output asserted in (\d+) frames", said):
        return Verdict("bounded" if int(found[1]) >= depth else "unknown", 0, int(found[1]))
    if "reachable states are visited" in said:
        return Verdict("bounded", 0, depth)
    raise BuildError("ABC gave no answer", said)


def _play(folder: Path, depth: int) -> Verdict:
    """The waveform of the inputs that ABC found, and what they break."""
    lines = (folder / "trace.aiw").read_text().splitlines()
    latches = (folder / "model.aig").read_bytes().split(b"\n", 1)[0].split()[3]
    lines[0] = "0" * int(latches)  # without those that ABC has added
    (folder / "trace.aiw").write_text("\n".join(lines) + "\n")
    said = run_yosys(PLAY, folder)
    places = re.findall(r"Warning: Assertion \S+ \((.*?)\) failed", said)
    where = ", ".join(dict.fromkeys(_short(place) for place in places))
    return Verdict("refuted", 0, depth, folder / "trace.vcd", where)


def _short(place: str) -> str:
    """``hw/formal/queues.py:12``"""
    return re.sub(r"^.*?(?=hw/formal/)", "", place.partition("|")[0])


def keep(verdict: Verdict, path: Path) -> Verdict:
    """The verdict, with its waveform moved to a place where it stays."""
    if not verdict.wave:
        return verdict
    return replace(verdict, wave=write_atomic(path, verdict.wave.read_text()))
