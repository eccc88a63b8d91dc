"""The RTL in simulation, what it gets right, and what it costs: the command line ``python -m sim``."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from sparrow_ecg.model.console import run
from sparrow_ecg.sim.rtl import mutants, regression
from sparrow_ecg.sim.studies import calibrate, pareto
from sparrow_ecg.sim.verbs import compare as cli
from sparrow_ecg.sim.verbs import demo, energy, fpga
from sparrow_ecg.sim.verbs import gates as silicon
from sparrow_ecg.sim.verbs import sram as sramcli

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("demo")(demo.main)
app.command("compare")(cli.compare)
app.command("wave")(cli.wave)
app.command("bench")(cli.bench)
app.command("energy")(energy.main)
app.command("cosim")(regression.main)
app.command("mutants")(mutants.main)
if find_spec("systemrdl"):  # the extra `firmware`
    from sparrow_ecg.sim.rtl import firmware
    from sparrow_ecg.sim.studies import adaptive

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
