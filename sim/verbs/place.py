"""Place a netlist's cells: wire lengths, a DEF file and a picture."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import TopOption, core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import DataOption, OutOption, SeedOption
from sparrow_ecg.sim.gates.design import Design, synthesise
from sparrow_ecg.sim.gates.library.pdks import GENERIC, PDKS, liberty_root
from sparrow_ecg.sim.gates.netlist.netlist import verilog
from sparrow_ecg.sim.gates.place import def_file, picture
from sparrow_ecg.sim.gates.place.placement import Placing
from sparrow_ecg.sim.verbs.options import (
    CornerOption,
    EffortOption,
    LefOption,
    PdkOption,
    UtilisationOption,
    place_design,
)


@core_options()
def main(
    core: Build,
    pdk: PdkOption = "sky130",
    corner: CornerOption = None,
    top: TopOption = "core",
    utilisation: UtilisationOption = Placing().utilisation,
    effort: EffortOption = Placing().effort,
    lef: LefOption = None,
    seed: SeedOption = 0,
    data: DataOption = None,
    folder: OutOption = Path("build/place"),
) -> None:
    if pdk == GENERIC:
        raise InputError(f"pdk {GENERIC} has no cells to place: choose from {', '.join(PDKS)}")
    build = replace(core, top=top)
    root = liberty_root(data)
    with working(f"{pdk}: reading the library, mapping onto its cells"):
        estimated = synthesise(build, pdk, root, corner)
    design = place_design(estimated, root, Placing(utilisation, seed, effort, tuple(lef or ())))
    _show(design, estimated)
    network, placement = build.network, design.placement
    assert placement
    name = f"{network.name}-{pdk}-{build.config.slug(network)}{'' if top == 'core' else f'-{top}'}"
    described = design.describe() | {"longest_path_ns_estimated": estimated.timing.period}
    for ending, content in (
        ("v", verilog(design.netlist, build.module)),
        ("def", def_file.write(placement, build.module)),
        ("png", picture.draw(placement, name)),
        ("json", json.dumps(described, indent=2) + "\n"),
    ):
        out.print(f"wrote {write_atomic(folder / f'{name}.{ending}', content)}")


def _show(design: Design, estimated: Design) -> None:
    assert design.placement
    found = design.placement.describe()
    out.print(
        f"{len(design.netlist.instances)} cells in {found['rows']} rows of {found['sites']} sites,"
        f" {found['width_um']:.1f} x {found['height_um']:.1f} um, {found['utilisation']:.0%} of it cells,"
        f" at most {found['densest_bin']:.0%} in a place; sizes: {found['cells_from']}"
    )
    out.print(
        f"wires {found['wire_mm']:.1f} mm by Steiner trees, half perimeters {found['half_perimeter_mm']:.1f} mm,"
        f" estimated before {found['wire_mm_estimated']:.1f} mm: {found['pitches_per_pin']:.2f} cell pitches a pin"
        f" for {found['pitches_per_pin_estimated']:.2f}",
        style="bold",
    )
    out.print(
        f"longest path {design.timing.period:.3f} ns placed, {estimated.timing.period:.3f} ns estimated"
        " (wires as capacitances, without power grid, routing and fill)"
    )
