"""Map a core or chip onto standard cells: area by block, longest path."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import TopOption, core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS, liberty_root
from sparrow_ecg.sim.gates.netlist.netlist import verilog
from sparrow_ecg.sim.gates.netlist.synthesis import Flow
from sparrow_ecg.sim.verbs.options import (
    CornerOption,
    FlatOption,
    GatesOption,
    MappingOption,
    PdkOption,
    PlacedOption,
    mapped,
    place_design,
)


@core_options()
def main(
    core: Build,
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    top: TopOption = "core",
    clock_gates: GatesOption = Flow().clock_gates,
    flat: FlatOption = True,
    mapping: MappingOption = Flow().mapping,
    placed: PlacedOption = False,
    data: DataOption = None,
    folder: OutOption = Path("build/results"),
) -> None:
    if placed and pdk == GENERIC:
        raise InputError(f"--placed: pdk {GENERIC} has no cells to place: choose from {', '.join(PDKS)}")
    build = replace(core, top=top)
    flow = replace(Flow(), clock_gates=clock_gates, flat=flat, mapping=mapping)
    with working(f"{pdk}: mapping onto cells"):
        design = synthesise(build, pdk, liberty_root(data), corner, flow)
    if placed:
        design = place_design(design, liberty_root(data))
    described = design.describe()
    _show(described)
    network = build.network
    kind = (
        f"{build.config.slug(network)}{mapped(flow)}{'' if top == 'core' else f'-{top}'}{'-placed' if placed else ''}"
    )
    name = f"synth-{network.name}-{pdk}-{kind}"
    if design.library:
        head = f"// {network.name} {network.digest[:12]} on {pdk} {design.library.corner}\n"
        text = head + verilog(design.netlist, build.module)
        out.print(f"wrote {write_atomic(folder / f'{name}.v', text)}")
    out.print(f"wrote {write_atomic(folder / f'{name}.json', json.dumps(described, indent=2) + chr(10))}")


def _show(described: dict) -> None:
    shape = "-".join(map(str, described["shape"]))
    out.print(f"{described['network']} ({shape}) on {described['pdk']} {described.get('corner', '')}")
    if described["pdk"] == GENERIC:
        out.print(
            f"{described['cells']} gates, {described['registers']} of them registers,"
            f" {described['gate_equivalents']:.0f} gate equivalents; longest path"
            f" {described['longest_path_gates']} gates (no library: no area, no time)"
        )
        return
    table = Table("block", "cells", "registers", "area um2", "share")
    for name, block in described["blocks"].items():
        share = block["area_um2"] / described["area_um2"]
        table.add_row(name, str(block["cells"]), str(block["registers"]), f"{block['area_um2']:.1f}", f"{share:.1%}")
    out.print(table)
    out.print(
        f"{described['cells']} cells, {described['registers']} registers, {described['clock_gates']} clock gates,"
        f" {described['clock_buffers']} clock buffers,"
        f" {described['area_um2']:.1f} um2; longest path {described['longest_path_ns']:.3f} ns,"
        f" highest clock {described['fmax_mhz']:.1f} MHz"
        f" (wires {'placed' if described['placed'] else 'estimated'}; before layout)"
    )
