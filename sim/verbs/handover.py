"""Write what a layout flow needs of a core: RTL, netlist, testbench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sparrow_ecg.hw.build import Build
from sparrow_ecg.hw.verbs.options import core_options
from sparrow_ecg.model.console import out, working
from sparrow_ecg.model.errors import InputError
from sparrow_ecg.model.verbs.options import DataOption, OutOption
from sparrow_ecg.sim.gates.design import synthesise
from sparrow_ecg.sim.gates.energy import measurement
from sparrow_ecg.sim.gates.library.pdks import liberty_root
from sparrow_ecg.sim.gates.netlist.wires import UTILISATION
from sparrow_ecg.sim.handover import folder as handed
from sparrow_ecg.sim.tools import run_tool
from sparrow_ecg.sim.verbs.options import ClockOption, UtilisationOption


@core_options("datapath", "lanes", "zero_skip", weights="rom")
def main(
    core: Build,
    clock_mhz: ClockOption = 4.0,
    utilisation: UtilisationOption = UTILISATION,
    librelane: Annotated[
        Path | None, typer.Option(help="A Python with LibreLane, whose loader then checks its configuration.")
    ] = None,
    data: DataOption = None,
    folder: OutOption = Path("build/handover"),
) -> None:
    if librelane and not librelane.is_file():
        raise InputError(f"--librelane {librelane}: no such program; `python -m venv v; v/bin/pip install librelane`")
    with working("sky130: mapping onto cells"):
        design = synthesise(core, "sky130", liberty_root(data))
    measurement.check_clock(design, clock_mhz)
    target = handed.write(design, folder, clock_mhz, utilisation)
    out.print(f"wrote {target}: RTL, netlist, SDC, order of pins, LibreLane's configuration, test/ with vectors")
    if librelane:
        said = run_tool([librelane, handed.LIBRELANE_CHECK, target / "config.json"], Path.cwd(), name="LibreLane")
        out.print(said.splitlines()[-1])
