"""A network as gates: from its Verilog to a netlist with timing, ready to be simulated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from sparrow_ecg.hw.build import Build
from sparrow_ecg.model.network import Network
from sparrow_ecg.sim.gates.library import liberty
from sparrow_ecg.sim.gates.library.liberty import Library
from sparrow_ecg.sim.gates.library.pdks import GENERIC, pdk
from sparrow_ecg.sim.gates.netlist import synthesis, timing
from sparrow_ecg.sim.gates.netlist.checks import Violation
from sparrow_ecg.sim.gates.netlist.closure import close
from sparrow_ecg.sim.gates.netlist.constraints import Constraints
from sparrow_ecg.sim.gates.netlist.corners import Corner, examine
from sparrow_ecg.sim.gates.netlist.netlist import CLOCK_BLOCK, Netlist
from sparrow_ecg.sim.gates.netlist.reader import read
from sparrow_ecg.sim.gates.netlist.repair import HOLD, LIMITS, mend
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.gates.place.placement import Placement, Placing, place
from sparrow_ecg.sim.gates.run.converting import ConverterPlayer
from sparrow_ecg.sim.gates.run.gatesim import GateSimulator, Simulator
from sparrow_ecg.sim.gates.run.monitorsim import MonitorSimulator

# Transistors of Yosys' own gates in static CMOS, for figures without a library; four of them are a gate equivalent.
TRANSISTORS = {"NOT": 2, "NAND": 4, "NOR": 4, "AOI3": 6, "OAI3": 6, "AOI4": 8, "OAI4": 8, "AND": 6, "OR": 6, "MUX": 12}
FLIP_FLOP = 24
ENABLE_OR_RESET = 8
CLOCK_MHZ = 4.0


@dataclass(frozen=True, eq=False)
class Design:
    """A build on a library (none: Yosys' own gates).

    placement: None as long as wires are estimated.
    corners:   where it has to keep its constraints, at ``clock_mhz``, with a clock tree that is built for that, the
               library the first. With none, the clock is ideal, and its tree an estimate.
    mended:    the netlist, once it is other than what was mapped and closed: see `mend_placed`.
    """

    build: Build
    library: Library | None
    flow: Flow
    module: dict[str, Any]
    placement: Placement | None = None
    corners: tuple[Library, ...] = ()
    clock_mhz: float = CLOCK_MHZ
    mended: Netlist | None = None

    @property
    def network(self) -> Network:
        return self.build.network

    @cached_property
    def netlist(self) -> Netlist:
        if self.placement:
            return self.placement.placed
        if self.mended:
            return self.mended
        assert self.library
        mapped = read(self.module, self.library, self.build)
        return close(mapped, self.corners, self.constraints) if self.corners else mapped

    @cached_property
    def timing(self) -> timing.Timing:
        return timing.analyse(self.netlist)

    @cached_property
    def constraints(self) -> Constraints:
        assert self.library
        return Constraints.of(self.library.pdk, self.clock_mhz, self.build.top)

    @cached_property
    def examined(self) -> list[Corner]:
        """At each of the corners; none where the clock tree is an estimate."""
        return examine(self.netlist, self.corners, self.constraints)

    @property
    def violations(self) -> list[Violation]:
        return [violation for corner in self.examined for violation in corner.violations]

    @cached_property
    def monitor(self) -> MonitorSimulator:
        """Of a build whose top is a monitor; of a monitor chip, with hosts that read its beats."""
        if self.build.top == "monitor_chip":
            from sparrow_ecg.sim.gates.run.listening import ChipListener  # as the chip, needs SystemRDL

            return ChipListener(self.netlist, self.build)
        if self.build.top == "monitor_ads129x":
            return ConverterPlayer(self.netlist, self.build)
        return MonitorSimulator(self.netlist, self.build)

    @cached_property
    def simulator(self) -> Simulator:
        if self.build.top == "chip":
            from sparrow_ecg.sim.gates.run.chipsim import ChipSimulator, Microcontroller  # as the chip, needs SystemRDL

            return ChipSimulator(self.netlist, Microcontroller(self.build))
        return GateSimulator(self.netlist, self.build, self.constraints.input_times[0])

    def describe(self) -> dict[str, Any]:
        """What it is, and what synthesis says of it, JSON-ready. Areas are in square micrometres."""
        described: dict[str, Any] = {
            "network": self.network.name,
            "digest": self.network.digest,
            "shape": list(self.network.shape),
            "synapses": self.network.synapses,
            "top": self.build.top,
            "config": self.build.config.as_dict(),
            "pdk": self.library.pdk.name if self.library else GENERIC,
            "flow": asdict(self.flow),
            "placed": self.placement is not None,
        }
        if not self.library:
            return described | _generic(self.module)
        instances = self.netlist.instances
        blocks: dict[str, dict[str, float]] = defaultdict(lambda: {"cells": 0, "registers": 0, "area_um2": 0.0})
        for instance in instances:
            block = blocks[instance.block]
            block["cells"] += 1
            block["registers"] += instance.cell.register is not None
            block["area_um2"] += instance.cell.area
        if self.placement:
            described["placement"] = self.placement.describe()
        return described | {
            "corner": self.library.corner,
            "voltage": self.library.voltage,
            "cells": len(instances),
            "registers": sum(instance.cell.register is not None for instance in instances),
            "clock_gates": sum(instance.cell.gate is not None for instance in instances),
            "clock_buffers": sum(instance.block == CLOCK_BLOCK for instance in instances),
            "clock_tree": "built" if self.corners else "estimated",
            "corners": [corner.describe() for corner in self.examined],
            "violations": [str(violation) for violation in self.violations],
            "area_um2": sum(instance.cell.area for instance in instances),
            "fmax_mhz": self.timing.fmax_mhz,
            "longest_path_ns": self.timing.period,
            "longest_path": [f"{cell} {arrival:.3f} ns" for _, cell, arrival in self.timing.path],
            "blocks": dict(sorted(blocks.items(), key=lambda item: -item[1]["area_um2"])),
            "cell_counts": dict(Counter(instance.cell.name for instance in instances).most_common()),
        }


def synthesise(
    build: Build,
    pdk_name: str,
    root: Path | None,
    corner: str | None = None,
    flow: Flow = Flow(),
    clock_mhz: float | None = None,
) -> Design:
    """Read the library and map the build onto it; what was made before is taken from the cache. ``root`` is the data
    root, where ``liberty/`` is. clock_mhz: build the clock tree, for this clock, at all corners whose files are there.
    Raises InputError for a library that is not there.
    """
    if pdk_name == GENERIC:
        return Design(build, None, flow, synthesis.synthesise(build, None, flow))
    wanted, root = pdk(pdk_name), root or Path("data")
    library = liberty.load(wanted, root, corner)
    module = synthesis.synthesise(build, library, flow)
    if clock_mhz is None:
        return Design(build, library, flow, module)
    others = [name for name in wanted.corners if name != library.corner and wanted.present(root, name)]
    corners = library, *(liberty.load(wanted, root, name) for name in others)
    return Design(build, library, flow, module, None, corners, clock_mhz)


def placed(
    design: Design, root: Path, placing: Placing = Placing(), progress: Callable[[int], None] = lambda done: None
) -> Design:
    """The design with a place for each cell, and wires as long as they are there; see `placement.place`."""
    return replace(design, placement=place(design.netlist, root, placing, progress))


def mend_placed(design: Design) -> Design:
    """The design, without places, with what its placed wires violate mended; as its wires were an estimate before."""
    mended = mend(design.netlist, design.corners, design.constraints, (*LIMITS, *HOLD))
    return replace(design, placement=None, mended=mended)


def _generic(module: Mapping[str, Any]) -> dict[str, Any]:
    """Gates, their transistors, and the gates on the longest path, for Yosys' own gates."""
    kinds = Counter(cell["type"].strip("$_").split("_")[0] for cell in module["cells"].values())
    registers = {kind for kind in kinds if "DFF" in kind}
    transistors = sum(TRANSISTORS.get(kind, 10) * n for kind, n in kinds.items() if kind not in registers)
    transistors += sum((FLIP_FLOP + ENABLE_OR_RESET * (kind != "DFF")) * kinds[kind] for kind in registers)

    drivers, graph = {}, {}
    gates = {name: cell for name, cell in module["cells"].items() if "DFF" not in cell["type"]}
    for name, cell in gates.items():
        for pin, bits in cell["connections"].items():
            if cell["port_directions"][pin] == "output":
                drivers[bits[0]] = name
    for name, cell in gates.items():
        inputs = (bits[0] for pin, bits in cell["connections"].items() if cell["port_directions"][pin] == "input")
        graph[name] = [drivers[bit] for bit in inputs if bit in drivers]
    depth: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        depth[name] = 1 + max((depth[before] for before in graph[name]), default=0)
    return {
        "cells": sum(kinds.values()),
        "registers": sum(kinds[kind] for kind in registers),
        "gate_equivalents": transistors / 4,
        "longest_path_gates": max(depth.values(), default=0),
        "cell_counts": dict(kinds.most_common()),
    }
