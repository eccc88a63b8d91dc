"""From Verilog to a mapped netlist, with Yosys (pyosys) and the ABC inside it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import InputError, missing
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.gates.library.lean import lean
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.library.pdks import Pdk
from sparrow_ecg.sim.gates.netlist import edit
from sparrow_ecg.sim.tools import run_yosys

# Chosen by measured energy with glitches: `&nf` takes large cells (adders' sums and carries in one), so that there are
# fewer nets to glitch; it costs area. ``buffer`` and ``dnsize`` see to loads within the library; for least leakage that
# is left to `edit.buffer`.
_LOGIC = "strash; &get -n; &fraig -x; &put; scorr; dc2; dc2; strash; &get -n; &dch -x; &nf; &put;"
SCRIPTS = {"energy": f"{_LOGIC} buffer -c -N 16; topo; dnsize", "leakage": f"{_LOGIC} topo"}
Mapping = Literal["energy", "leakage"]
# clockgate passes over flip-flops whose reset works without their enable: let the reset be an enable, and data, too.
RESETS = "".join(
    f"""module \\$_SDFFE_P{reset}{value}{enable}_ (input D, C, E, R, output Q);
    \\$_DFFE_PP_ _TECHMAP_REPLACE_ (.D({not_r}R ? 1'b{value} : D), .C(C), .E({not_e}E | {not_r}R), .Q(Q));
endmodule
"""
    for value in "01"
    for reset, not_r in (("P", ""), ("N", "~"))
    for enable, not_e in (("P", ""), ("N", "~"))
)


@dataclass(frozen=True)
class Flow:
    """How Verilog becomes gates.

    clock_gates: put flip-flops that share an enable behind an integrated clock gate, where they are at least this
                 many; 0 leaves all clocks running, and enables become multiplexers.
    flat:        optimise across blocks. Without it each block is mapped alone, and its gates are surely its own.
    mapping:     what gates are chosen for: least energy of a beat, or least leakage (`lean`).
    """

    clock_gates: int = 2
    flat: bool = True
    mapping: Mapping = "energy"


def synthesise(build: Build, library: Library | None, flow: Flow = Flow()) -> dict[str, Any]:
    """The netlist of a build as Yosys writes it in JSON, all blocks flattened: its ``ports``, ``cells`` and
    ``netnames``. Without a library its cells are Yosys' own gates. Taken from the cache when made before.

    Raises InputError without pyosys, and BuildError.
    """
    if library and flow.mapping == "leakage":
        library = lean(library)
    try:
        tool = version("pyosys")
    except PackageNotFoundError:
        raise InputError(missing("pyosys")) from None
    scripts = [_to_gates(flow, build, library), _to_cells(library, flow, build) if library else _to_generic(build)]
    key = [build.verilog, tool, RESETS, str(astuple(flow)), *scripts]
    if library:
        key += [str(library.pdk), *(path.parent.name for path in library.paths)]  # those are named for their content
    key += [Path(module).read_text() for module in (__file__, edit.__file__)]

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as work:
            (folder / "netlist.json").write_text(json.dumps(_run(build, scripts, library, flow, Path(work))))

    return json.loads((cached("netlist", key, make) / "netlist.json").read_text())


def _run(build: Build, scripts: Sequence[str], library: Library | None, flow: Flow, folder: Path) -> dict[str, Any]:
    """Gates of Yosys' own first, then those of the library; between and after them `edit`."""
    (folder / "core.v").write_text(build.verilog)
    (folder / "resets.v").write_text(RESETS)
    if library:
        (folder / "adders.v").write_text(_adder(library.pdk))
        for name, path in zip(_liberty(library), library.paths, strict=True):
            (folder / name).symlink_to(path.resolve())
    to_gates, to_cells = scripts
    run_yosys(to_gates, folder)
    if library and flow.clock_gates:
        gates = json.loads((folder / "gates.json").read_text())
        for name, module in gates["modules"].items():
            edit.gate_the_gates(module, library.pdk)
            if name in build.apart and build.top != "core":  # which has its clock only while it works
                edit.gate_the_block(module, library.pdk)
        (folder / "gates.json").write_text(json.dumps(gates))
    run_yosys(to_cells, folder)
    netlist = json.loads((folder / "netlist.json").read_text())["modules"][build.top]
    if library:
        edit.buffer(netlist, library)
    return netlist


def _adder(pdk: Pdk) -> str:
    """The library's full adder in place of Yosys' own, for techmap; one that inverts has ``~`` before its outputs."""
    if not pdk.full_adder:
        return ""
    cell, *inputs, carry, total = pdk.full_adder
    operands = ", ".join(f".{pin}({letter}[i])" for pin, letter in zip(inputs, "ABC", strict=True))
    outputs = ", ".join(f".{pin.lstrip('~')}({name}[i])" for pin, name in ((carry, "carry"), (total, "total")))
    return f"""module \\$fa (A, B, C, X, Y);
    parameter WIDTH = 1;
    input [WIDTH-1:0] A, B, C;
    output [WIDTH-1:0] X, Y;
    wire [WIDTH-1:0] carry, total;
    genvar i;
    generate for (i = 0; i < WIDTH; i = i + 1) begin:bits {cell} adder ({operands}, {outputs}); end endgenerate
    assign X = {"~" * carry.startswith("~")}carry, Y = {"~" * total.startswith("~")}total;
endmodule
"""


def _to_gates(flow: Flow, build: Build, library: Library | None) -> str:
    """The commands for Yosys: ``core.v`` in, ``gates.json`` out, where only clock gates are of the library."""
    lines = [
        "read_verilog core.v",
        f"setattr -set keep 1 {build.core_module}/w:{build.core.layer.name}",  # by which energy is told apart
        *(f"setattr -mod -set keep_hierarchy 1 {module}" for module in _kept(build)),
        f"synth -top {build.top} {'-flatten' if flow.flat else ''} -noabc",
        "delete t:$scopeinfo",
    ]
    if flow.clock_gates:
        lines += ["techmap -map resets.v", "techmap", "opt -purge"]
    if flow.clock_gates and library:
        cell, *pins = library.pdk.clock_gate
        tied = " ".join(f"-tie_lo {pin}" for pin in library.pdk.tied_low)
        lines.append(f"clockgate -pos {cell} {':'.join(pins)} {tied} -min_net_size {flow.clock_gates}")
    return "\n".join([*lines, "write_json gates.json", ""])


def _kept(build: Build) -> list[str]:
    """Modules that are mapped apart: then what a chip's parts take is their own, and its core is the very netlist that
    stands alone.
    """
    return [module for module in build.apart if module != build.top]


def _flatten(build: Build) -> list[str]:
    return [*(f"setattr -mod -unset keep_hierarchy {module}" for module in _kept(build)), "flatten"]


def _liberty(library: Library) -> list[str]:
    """What a library's files are called in scripts: Yosys splits a path at its blanks."""
    return [f"cells_{k}.lib" for k in range(len(library.paths))]


def _to_generic(build: Build) -> str:
    lines = ["abc -g cmos4", *_flatten(build), "delete t:$scopeinfo", "opt_clean -purge", "write_json netlist.json"]
    return "\n".join(["read_json gates.json", *lines, ""])


def _to_cells(library: Library, flow: Flow, build: Build) -> str:
    """The commands for Yosys: ``gates.json`` in, ``netlist.json`` out."""
    pdk = library.pdk
    liberty = " ".join(f"-liberty {name}" for name in _liberty(library))
    unused = " ".join(f"-dont_use {pattern}" for pattern in pdk.dont_use)
    (high, high_pin), (low, low_pin) = pdk.tie
    adders = ["extract_fa -fa", "techmap -map adders.v", "techmap", "opt -purge"] if pdk.full_adder else []
    lines = [
        "read_json gates.json",
        *(f"read_liberty -lib -ignore_miss_func {name}" for name in _liberty(library)),  # pins' directions
        *adders,
        f"dfflibmap {liberty} {unused}",
        "setundef -zero",
        "opt -purge",
        f"abc {liberty} {unused} -script +{SCRIPTS[flow.mapping].replace(' ', ',')}",
        *_flatten(build),
        "delete t:$scopeinfo",
        f"hilomap -singleton -hicell {high} {high_pin} -locell {low} {low_pin}",
        "opt_clean -purge",
        f"select {build.top}",
        "check -assert",
        "write_json -selected netlist.json",
    ]
    return "\n".join(lines) + "\n"
