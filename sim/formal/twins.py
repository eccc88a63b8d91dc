"""A core with one mutant in force beside the core as it is: can anybody tell them apart, at any time, by any inputs?

Both have the same inputs, which may do anything but take back what they offer; they may be reset at any time. An
output counts when somebody looks at it: the payload of a result while there is one.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.formal import engine
from sparrow_ecg.sim.rtl.mutants import Mutant
from sparrow_ecg.sim.tools import run_yosys

READ = "read_verilog -formal twins.v\nhierarchy -top top\nproc\nwrite_rtlil twins.il\n"
# what waits is offered on; until a core has said that it takes it
OFFERED = """  reg {s}_waits = 0; reg [31:0] {s}_was = 0;
  always @(posedge clk) begin {s}_waits <= {s}__valid & ~right_{s}__ready & ~rst; {s}_was <= {s}__payload; end
  always @* if ({s}_waits & ~rst) assume ({s}__valid && {s}__payload == {s}_was);
"""


class Undecided(Exception):
    """Time was up."""


def alike(text: str, mutant: Mutant, limit: int) -> bool | None:
    """Whether a mutant of a core's Verilog, as `mutants.mutate` makes it, can be told by nobody; None: not known."""

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as work:
            (Path(work) / "twins.v").write_text(twins)
            run_yosys(READ, Path(work))
            verdict = engine.prove((Path(work) / "twins.il").read_text(), Path(work), limit=limit)
        if verdict.result not in ("proven", "refuted"):
            raise Undecided
        (folder / "alike.json").write_text(json.dumps(verdict.result == "proven"))

    twins = _core(text, "as_it_is", None) + _core(text, "mutated", mutant.number) + _top(text)
    try:
        folder = cached("twins", [twins, Path(engine.__file__).read_bytes()], make)
    except Undecided:
        return None
    return bool(json.loads((folder / "alike.json").read_text()))


def _core(text: str, name: str, mutant: int | None) -> str:
    chosen = re.sub(r"\(farm\.mutant == (\d+)\)", lambda found: f"1'h{int(int(found[1]) == mutant)}", text)
    return re.sub(r"\bcore_\d+\b", name, chosen)


def _ports(text: str) -> list[tuple[str, str, str]]:
    """Of the core itself: direction, range and name."""
    core = text[text.index(re.findall(r"(?m)^module core_\d+ ?\(", text)[0]) :]
    return re.findall(r"(?m)^  (input|output) (\[.*?\] )?(\w+) ?;", core[: core.index("endmodule")])


def _top(text: str) -> str:
    ports = _ports(text)
    inputs = [name for direction, _, name in ports if direction == "input"]
    outputs = [(width, name) for direction, width, name in ports if direction == "output"]
    lines = [f"module top({', '.join(f'input {width}{name}' for kind, width, name in ports if kind == 'input')});"]
    for twin, core in (("right", "as_it_is"), ("wrong", "mutated")):
        lines += [f"  wire {width}{twin}_{name};" for width, name in outputs]
        wires = [f".{name}({name})" for name in inputs] + [f".{name}({twin}_{name})" for _, name in outputs]
        lines.append(f"  {core} {twin}({', '.join(wires)});")
    lines += [OFFERED.format(s=s) for s in ("counts", "image") if f"{s}__valid" in inputs]
    for _, name in outputs:
        looked = "right_result__valid & ~rst" if name == "result__payload" else "~rst"
        lines.append(f"  always @* if ({looked}) assert (right_{name} == wrong_{name});")
    return "\n".join([*lines, "endmodule", ""])
