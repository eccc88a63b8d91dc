"""Write a Tiny Tapeout project of a chip: pins, tiles, test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.files import write_atomic
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.library.pdks import liberty_root
from sparrow_ecg.sim.handover import folder as handed
from sparrow_ecg.sim.handover import tinytapeout


@core_options(datapath="mac", lanes=None, weights=None, neuron=None, zero_skip=None)  # the smallest there is
def main(core: Build, data: DataOption = None, folder: OutOption = Path("build/tinytapeout")) -> None:
    build = replace(core, top="chip")
    with working("sky130: mapping onto cells"):
        design = synthesise(build, "sky130", liberty_root(data))
    area = sum(instance.cell.area for instance in design.netlist.instances)
    size = tinytapeout.tiles(area)
    for name, text in tinytapeout.files(build, handed.plain_verilog(build), area).items():
        write_atomic(folder / build.module / name, text)
    width, height = tinytapeout.TILES[size]
    out.print(
        f"wrote {folder / build.module}: {build.config}, {area:.0f} um2 of cells before layout, {size} tiles"
        f" ({width:g} x {height:g} um), {area / width / height:.0%} of them; try `make` in test/ (Icarus, cocotb)"
    )
