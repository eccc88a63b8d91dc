"""Two clocked netlists compute the same: every next state, what sets or clears one without a clock, and every output,
for all states and all inputs.
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.errors import VerificationError
from sparrow_ecg.sim.formal.cones import Cones, FlipFlop
from sparrow_ecg.sim.formal.engine import LIMIT, abc
from sparrow_ecg.sim.tools import BuildError, run_yosys

RTL = """read_verilog core.v
hierarchy -top {top}
proc
flatten
memory_map
techmap
simplemap
dffunmap
delete t:$scopeinfo
opt_clean
write_json rtl.json
"""


@dataclass(frozen=True)
class Equivalence:
    """What came out. differs: the cone that is not the same, with what it is 1 or 0 for; empty if all are."""

    flip_flops: int
    cones: int
    seconds: float
    differs: str = ""


def of_rtl(build: Build) -> Cones:
    """The RTL of a build, as Yosys reads it, with no optimisation that might hide a fault."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        (folder / "core.v").write_text(build.verilog)
        run_yosys(RTL.format(top=build.top), folder)
        return Cones(json.loads((folder / "rtl.json").read_text())["modules"][build.top])


def equivalent(rtl: Cones, netlist: Cones, limit: int = LIMIT) -> Equivalence:
    """Hold a netlist against its RTL, flip-flop by flip-flop: they are matched by the names of signals.

    Raises VerificationError where a register has no counterpart, and BuildError when time is up.
    """
    started = time.monotonic()
    of_state = {flip_flop.state: flip_flop for flip_flop in netlist.flip_flops}
    matched = {flip_flop: _counterpart(flip_flop, netlist, of_state) for flip_flop in rtl.flip_flops}
    found = {state for state, _ in matched.values()}
    if strangers := [str(flip_flop) for state, flip_flop in of_state.items() if state not in found]:
        raise VerificationError(f"flip-flops of the netlist that the RTL does not have: {', '.join(strangers[:5])}")
    if rtl.inputs.keys() != netlist.inputs.keys() or rtl.outputs.keys() != netlist.outputs.keys():
        raise VerificationError("the netlist has other ports than the RTL")

    inputs = {key: k for k, key in enumerate([*rtl.inputs, *of_state])}  # of both, by port or state
    left = {net: (f"i{inputs[port]}", False) for port, net in rtl.inputs.items()}
    right = {net: (f"i{inputs[port]}", False) for port, net in netlist.inputs.items()}
    right |= {state: (f"i{inputs[state]}", False) for state in of_state}
    outputs = {port: ((rtl.outputs[port], False), (netlist.outputs[port], False)) for port in rtl.outputs}
    for flip_flop, (state, inverted) in matched.items():
        left[flip_flop.state] = (f"i{inputs[state]}" if state in inputs else state), inverted
        twin = of_state.get(state, FlipFlop(state, state, frozenset()))  # a constant has no edge
        if state in of_state and twin.rising != flip_flop.rising:
            raise VerificationError(f"the register {flip_flop} has the other edge of the clock in the netlist")
        outputs[f"next {flip_flop}"] = (flip_flop.next, False), (twin.next, inverted)
        swapped = (twin.preset, twin.clear) if inverted else (twin.clear, twin.preset)
        for what, net, other in zip(("clear", "preset"), (flip_flop.clear, flip_flop.preset), swapped, strict=True):
            if (net, other) != ("0", "0"):
                outputs[f"{what} {flip_flop}"] = (net, False), (other, False)
    sides = zip((rtl, netlist), (left, right), zip(*outputs.values(), strict=True), strict=True)
    differs = _cec([blif(cones, given, wanted) for cones, given, wanted in sides], limit)
    where = [*outputs][differs] if differs is not None else ""
    return Equivalence(len(rtl.flip_flops), len(outputs), time.monotonic() - started, where)


def exchanged(module: Mapping[str, Any]) -> dict[str, Any]:
    """A netlist with one of its NANDs exchanged for a NOR: a fault that must be found.

    Raises VerificationError for one without a NAND.
    """
    broken = copy.deepcopy(dict(module))
    for cell in broken["cells"].values():
        if re.search(r"nand2(?!b)", cell["type"], re.IGNORECASE):
            cell["type"] = cell["type"].replace("nand2", "nor2").replace("NAND2", "NOR2")
            return broken
    raise VerificationError("the netlist has no NAND to exchange")


def _counterpart(flip_flop: FlipFlop, netlist: Cones, states: Container[str]) -> tuple[str, bool]:
    """The state, or constant, that a register of the RTL is in a netlist, and whether it is held inverted."""
    for alias in flip_flop.names:
        if alias in netlist.names:
            net, inverted = netlist.origin(netlist.names[alias])
            if net in states or net in ("0", "1"):
                return net, inverted
    raise VerificationError(f"the register {flip_flop} is not in the netlist")


def blif(cones: Cones, given: Mapping[str, tuple[str, bool]], wanted: Iterable[tuple[str, bool]]) -> str:
    """The cones as BLIF. given: inputs or constants that drive nets; wanted: nets that are outputs; each perhaps
    inverted. Inputs are called i0, i1, ..., outputs o0, o1, ...
    """
    symbols: dict[str, str] = {}

    def symbol(net: str) -> str:
        return symbols.setdefault(net, f"n{len(symbols)}")

    def table(target: str, sources: Sequence[str], ones: Iterable[Sequence[int]]) -> str:
        rows = [f"{''.join(map(str, row))} 1".strip() for row in ones]
        return "\n".join([f".names {' '.join([*sources, target])}", *rows])

    lines = [table(symbol(net), [symbol(n) for n in gate.nets], gate.ones) for net, gate in cones.gates.items()]
    for net, (source, inverted) in given.items():
        constant = source in ("0", "1")
        ones = [(not inverted,)] if not constant else [()] * (int(source) ^ inverted)
        lines.append(table(symbol(net), [] if constant else [source], [tuple(map(int, row)) for row in ones]))
    ends = [(f"o{k}", *end) for k, end in enumerate(wanted)]
    lines += [table(output, [symbol(net)], [(int(not inverted),)]) for output, net, inverted in ends]
    inputs = sorted({source for source, _ in given.values() if source[0] == "i"})
    names = f".inputs {' '.join(inputs)}\n.outputs {' '.join(output for output, *_ in ends)}"
    return "\n".join([".model cones", names, *lines, ".end", ""])


def _cec(sides: Sequence[str], limit: int) -> int | None:
    """Which output is not the same, None if all are."""
    with tempfile.TemporaryDirectory() as work:
        for file, text in zip(("rtl.blif", "netlist.blif"), sides, strict=True):
            (Path(work) / file).write_text(text)
        said = abc(f"cec -T {limit} rtl.blif netlist.blif", Path(work))
    if "Networks are equivalent" in said:
        return None
    if "NOT EQUIVALENT" in said:
        found = re.search(r"Output o(\d+)", said)
        return int(found[1]) if found else 0
    raise BuildError("ABC gave no answer", said)
