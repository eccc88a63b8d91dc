"""From Verilog to a mapped netlist, with Yosys (pyosys) and the ABC inside it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import astuple, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from hw.verilog import TOP
from model.console import InputError, write_atomic
from sim.silicon.liberty import CACHE, Library

# Chosen by measured energy with glitches: `&nf` takes large cells (adders' sums and carries in one), so that there are
# fewer nets to glitch; it costs area. ``buffer`` and ``dnsize`` see to loads within the library.
MAPPING = (
    "strash; &get -n; &fraig -x; &put; scorr; dc2; dc2; strash; &get -n; &dch -x; &nf; &put;"
    " buffer -c -N 16; topo; dnsize"
)
# clockgate passes over flip-flops whose reset works without their enable: let the reset be an enable, and data, too.
RESETS = "".join(
    f"""module \\$_SDFFE_PP{value}{enable}_ (input D, C, E, R, output Q);
    \\$_DFFE_PP_ _TECHMAP_REPLACE_ (.D(R ? 1'b{value} : D), .C(C), .E({not_}E | R), .Q(Q));
endmodule
"""
    for value in "01"
    for enable, not_ in (("P", ""), ("N", "~"))
)
# Modules that are mapped apart, the core last: then what a chip's parts take is their own, and its core is the very
# netlist that stands alone.
APART = {TOP: [TOP], "chip": ["chip.host", "chip.controller", "chip.controller.core"]}
RUNNER = "import sys; from pyosys import libyosys as y; d = y.Design(); y.run_pass('script ' + sys.argv[1], d)"


@dataclass(frozen=True)
class Flow:
    """How Verilog becomes gates.

    clock_gates: put flip-flops that share an enable behind an integrated clock gate, where they are at least this
                 many; 0 leaves all clocks running, and enables become multiplexers.
    flat:        optimise across blocks. Without it each block is mapped alone, and its gates are surely its own.
    mapping:     the script of ABC.
    """

    clock_gates: int = 3
    flat: bool = True
    mapping: str = MAPPING


class SynthesisError(Exception):
    """Yosys refused. The message holds the end of its log."""


def synthesise(verilog: str, library: Library | None, flow: Flow = Flow(), top: str = TOP) -> dict[str, Any]:
    """The netlist of module ``top`` as Yosys writes it in JSON, all blocks flattened: its ``ports``, ``cells`` and
    ``netnames``. Without a library its cells are Yosys' own gates. Taken from the cache when made before.

    Raises InputError without pyosys, and `SynthesisError`.
    """
    try:
        tool = version("pyosys")
    except PackageNotFoundError:
        raise InputError("no package pyosys: install the extra, `pip install -e .[silicon]`") from None
    commands = script(library, flow, top)
    key = "\0".join([verilog, tool, RESETS, str(astuple(flow)), commands])
    path = CACHE / f"netlist-{hashlib.sha256(key.encode()).hexdigest()[:20]}.json"
    if not path.is_file():
        with tempfile.TemporaryDirectory() as folder:
            text = _run(verilog, commands, Path(folder))
        write_atomic(path, text)
    return json.loads(path.read_text())["modules"][top]


def _run(verilog: str, commands: str, folder: Path) -> str:
    (folder / "core.v").write_text(verilog)
    (folder / "resets.v").write_text(RESETS)
    (folder / "flow.ys").write_text(commands)
    command = [sys.executable, "-c", RUNNER, "flow.ys"]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode or not (folder / "netlist.json").is_file():
        raise SynthesisError(f"Yosys failed:\n{done.stdout[-1000:]}")
    return (folder / "netlist.json").read_text()


def script(library: Library | None, flow: Flow, top: str = TOP) -> str:
    """The commands for Yosys: ``core.v`` in, ``netlist.json`` out."""
    apart = APART[top]
    lines = [
        "read_verilog core.v",
        f"setattr -set keep 1 {apart[-1]}/w:probe_layer",  # by which energy is told apart
        *(f"setattr -mod -set keep_hierarchy 1 {module}" for module in apart if module != top),
        f"synth -top {top} {'-flatten' if flow.flat else ''} -noabc",
        "delete t:$scopeinfo",
    ]
    flatten = [*(f"setattr -mod -unset keep_hierarchy {module}" for module in apart if module != top), "flatten"]
    if flow.clock_gates:
        lines += ["techmap -map resets.v", "techmap", "opt -purge"]
    if library is None:
        lines += ["abc -g cmos4", *flatten, "delete t:$scopeinfo", "opt_clean -purge", "write_json netlist.json"]
        return "\n".join(lines) + "\n"
    pdk = library.pdk
    liberty = " ".join(f"-liberty {path.resolve()}" for path in library.paths)
    unused = " ".join(f"-dont_use {pattern}" for pattern in pdk.dont_use)
    (high, high_pin), (low, low_pin) = pdk.tie
    if flow.clock_gates:
        cell, *pins = pdk.clock_gate
        tied = " ".join(f"-tie_lo {pin}" for pin in pdk.tied_low)
        lines.append(f"clockgate -pos {cell} {':'.join(pins)} {tied} -min_net_size {flow.clock_gates}")
    lines += [
        *(f"read_liberty -lib -ignore_miss_func {path.resolve()}" for path in library.paths),  # pins' directions
        f"dfflibmap {liberty} {unused}",
        "setundef -zero",
        "opt -purge",
        f"abc {liberty} {unused} -script +{flow.mapping.replace(' ', ',')}",
        *flatten,
        "delete t:$scopeinfo",
        f"hilomap -singleton -hicell {high} {high_pin} -locell {low} {low_pin}",
        "opt_clean -purge",
        f"select {top}",
        "check -assert",
        "write_json -selected netlist.json",
    ]
    return "\n".join(lines) + "\n"
