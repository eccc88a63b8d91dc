"""The RTL in simulation, what it gets right, and what it costs: the command line ``python -m sim``."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from model.console import run
from sim import cli, demo, mutants, regression
from sim.energy import calibrate
from sim.energy import cli as energy
from sim.fpga import cli as fpga
from sim.pareto import cli as pareto
from sim.silicon import cli as silicon
from sim.silicon import sramcli

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("demo")(demo.main)
app.command("compare")(cli.compare)
app.command("wave")(cli.wave)
app.command("bench")(cli.bench)
app.command("energy")(energy.main)
app.command("cosim")(regression.main)
app.command("mutants")(mutants.main)
if find_spec("systemrdl"):  # the extra `firmware`
    from sim import adaptive, firmware

    app.command("cosim-firmware")(firmware.main)
    app.command("adaptive")(adaptive.main)
app.command("synth")(silicon.synth)
app.command("gatepower")(silicon.gatepower)
app.command("sram")(sramcli.main)
app.command("fpga")(fpga.main)
app.command("pareto")(pareto.main)
app.command("calibrate")(calibrate.main)


@app.callback()
def _main() -> None:
    """The RTL in simulation: bit-exactness, activity, energy."""


if __name__ == "__main__":
    run(app, "sim")
