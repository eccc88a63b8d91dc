"""A build as plain gates and flip-flops, with mutants in it if any are wanted, each behind an input of its own.

Yosys elaborates the generated RTLIL, chooses mutants (``mutate``), puts them in, and maps everything to gates of two
inputs. Nothing is optimised after the mutants are in, so each stays where it was put.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from amaranth.back import rtlil

from sparrow_ecg.hw.build import Build
from sparrow_ecg.sim.cache import cached
from sparrow_ecg.sim.tools import run_yosys

ELABORATE = "read_rtlil design.il; hierarchy -top {top}; proc; flatten; {keep} memory_map; opt; opt_clean -purge;\n"
MAP = (
    "techmap; simplemap; dfflegalize"
    + "".join(f" -cell $_DFF_{kind}_ 01" for kind in ("P", "N", *(c + r + v for c in "PN" for r in "PN" for v in "01")))
    + "; opt_clean; write_json netlist.json\n"
)
SWITCH = "mutant_{}"  # the input that puts a mutant in force
NOT, AND, OR, XOR, MUX = range(5)  # as in lanes.cpp
GATES = {"$_NOT_": NOT, "$_AND_": AND, "$_OR_": OR, "$_XOR_": XOR, "$_MUX_": MUX}
FLOP = re.compile(r"\$_DFF_([PN])(?:([PN])([01]))?_")
PACKAGE = Path(__file__).parents[2]  # the sources that RTLIL names are those of any checkout
PORTS = ("CLK",)  # of cells that are not mutated: clocks are the back end's


def elaborated(build: Build, mutants: int, seed: int, watched: Sequence[str] = ()) -> tuple[str, list[str]]:
    """RTLIL, flat and without processes, and Yosys' list of so many mutants of it, a command a line.

    watched: signals inside, by path, that stay although nobody needs them.
    """
    source = rtlil.convert(build.component, name=build.top, emit_src=True).replace(f"{PACKAGE}/", "sparrow_ecg/")

    def make(folder: Path) -> None:
        (folder / "design.il").write_text(source)
        choose = f"mutate -list {2 * mutants} -seed {seed} -o mutants.txt;\n" if mutants else ""
        run_yosys(f"{commands} {choose} write_rtlil flat.il", folder)

    keep = f"setattr -set keep 1 {' '.join(f'w:{name}' for name in watched)};" if watched else ""
    commands = ELABORATE.format(top=build.top, keep=keep)
    folder = cached("elaborated", [version("pyosys"), commands, str(mutants), str(seed), source], make)
    lines = (folder / "mutants.txt").read_text().splitlines() if mutants else []
    kept = [line for line in lines if not any(f" -port {port} " in line for port in PORTS)]
    return (folder / "flat.il").read_text(), kept[:mutants]


@dataclass(frozen=True)
class Flop:
    """A flip-flop: nets, and the signal and bit whose value it holds. at_once: what resets it without a clock: a net,
    whether it does so while low, and to what.
    """

    d: int
    q: int
    init: int
    clock: int
    rising: bool
    at_once: tuple[int, bool, int] | None
    name: str


@dataclass(frozen=True, eq=False)
class Netlist:
    """Nets are numbers; 0 is always low and 1 always high.

    inputs, outputs: nets of each port, the lowest bit first. switches: of the mutants, by their position.
    gates: int32[n, 5], what they are, inputs a, b, s and output, such that each comes after those that feed it.
    flops: those of one kind together.
    """

    nets: int
    inputs: dict[str, list[int]]
    outputs: dict[str, list[int]]
    switches: list[int]
    gates: np.ndarray
    flops: list[Flop]


def mapped(flat: str, top: str, mutants: Sequence[str] = (), watched: Sequence[str] = ()) -> Netlist:
    """Gates of what `elaborated` made, with these of its mutants. Raises BuildError.

    watched: signals inside, by path, which become outputs.
    """
    put_in = "".join(f"{line} -ctrl {SWITCH.format(k)} 1 1;\n" for k, line in enumerate(mutants))
    commands = f"read_rtlil flat.il;\n{put_in}{MAP}"

    def make(folder: Path) -> None:
        (folder / "flat.il").write_text(flat)
        run_yosys(commands, folder)

    folder = cached("mutated", [version("pyosys"), commands, flat], make)
    module = json.loads((folder / "netlist.json").read_text())["modules"][top]
    return _read(module, len(mutants), watched)


def _read(module: dict[str, Any], mutants: int, watched: Sequence[str]) -> Netlist:
    fresh = count(2)
    number: defaultdict[Any, int] = defaultdict(lambda: next(fresh), {"0": 0, "x": 0, "1": 1})
    net = number.__getitem__

    ports: dict[str, dict[str, list[int]]] = {"input": {}, "output": {}}
    for name, port in module["ports"].items():
        ports[port["direction"]][name] = [net(bit) for bit in port["bits"]]
    ports["output"] |= {name: [net(bit) for bit in module["netnames"][name]["bits"]] for name in watched}
    switches = [ports["input"].pop(SWITCH.format(k))[0] for k in range(mutants)]
    init, named = _names(module, net)

    gates: list[tuple[int, int, int, int, int]] = []  # kind, a, b, s, y
    flops = []
    for cell in module["cells"].values():
        pins = {pin: net(bits[0]) for pin, bits in cell["connections"].items()}
        if found := FLOP.fullmatch(cell["type"]):
            clock, reset, value = found.groups()
            at_once = (pins["R"], reset == "N", int(value)) if reset else None
            q = pins["Q"]
            flops.append(Flop(pins["D"], q, init.get(q, 0), pins["C"], clock == "P", at_once, named.get(q, "?")))
        elif cell["type"] == "$_XNOR_":
            unequal = next(fresh)
            gates += [(XOR, pins["A"], pins["B"], 0, unequal), (NOT, unequal, 0, 0, pins["Y"])]
        else:
            kind = GATES[cell["type"]]
            gates.append((kind, pins["A"], pins.get("B", 0), pins.get("S", 0), pins["Y"]))
    unmutated = {a: y for kind, a, _, _, y in gates if kind == MUX}  # where a mutant's multiplexer hides the name
    for k, flop in enumerate(flops):
        shown = flop.q
        while named.get(shown, "$").startswith("$") and shown in unmutated:
            shown = unmutated[shown]
        flops[k] = replace(flop, name=named.get(shown, "?"))
    flops.sort(key=lambda flop: (flop.clock, flop.rising, flop.at_once or (-1, False, 0), flop.name))
    return Netlist(next(fresh), ports["input"], ports["output"], switches, _ordered(gates), flops)


def _names(module: dict[str, Any], net: Any) -> tuple[dict[int, int], dict[int, str]]:
    """Of nets: what they are at power-on, and the best name among those they have: ours, and the shortest."""
    init: dict[int, int] = {}
    best: dict[int, tuple[bool, int, str]] = {}
    for name, entry in module["netnames"].items():
        values = entry["attributes"].get("init", "")[::-1]
        for k, bit in enumerate(entry["bits"]):
            if k < len(values) and values[k] in "01":
                init[net(bit)] = int(values[k])
            full = f"{name}[{k}]" if len(entry["bits"]) > 1 else name
            best[net(bit)] = min(best.get(net(bit), (True, 1 << 30, "")), (bool(entry["hide_name"]), len(full), full))
    return init, {number: name for number, (_, _, name) in best.items()}


def _ordered(gates: list[tuple[int, int, int, int, int]]) -> np.ndarray:
    """Each after those that feed it."""
    driver = {gate[4]: k for k, gate in enumerate(gates)}
    waits = [sum(pin in driver for pin in set(gate[1:4])) for gate in gates]
    feeds: dict[int, list[int]] = defaultdict(list)
    for k, gate in enumerate(gates):
        for pin in set(gate[1:4]) & driver.keys():
            feeds[driver[pin]].append(k)
    ready = [k for k, left in enumerate(waits) if not left]
    for k in ready:  # which grows
        for fed in feeds[k]:
            waits[fed] -= 1
            if not waits[fed]:
                ready.append(fed)
    if len(ready) != len(gates):
        raise ValueError("the gates have a loop")
    return np.array([gates[k] for k in ready], dtype=np.int32).reshape(-1, 5)
